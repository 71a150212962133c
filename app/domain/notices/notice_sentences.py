"""What a notice says. Never a person's name, number or words: a count, and where to look."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.notices.notice_kinds import NoticeKind
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import GSM7_MULTI_SEGMENT_UNITS, measure_segments

MAX_SUBJECT_LENGTH = 150
# The summary of a morning has some 600 characters.
MAX_BODY_LENGTH = 2_000
# Each segment is paid for.
MAX_TEXT_SEGMENTS = 2


@dataclass(frozen=True)
class NoticeWords:
    """What a notice says: one sentence, more below it, and the path of the page to look at."""

    subject: str
    body: str
    path: str


def build_new_texts(kind: NoticeKind, conversations: int) -> NoticeWords:
    """Return what is said of new texts in so many conversations."""
    number = pluralize(conversations, "conversation")
    verb = "has" if conversations == 1 else "have"
    if kind is NoticeKind.MY_TEXTS:
        return NoticeWords(f"{number} of yours {verb} new texts.", "", "/inbox?state=mine")
    return NoticeWords(f"{number} without an owner {verb} new texts.", "", "/inbox")


def build_stop_questions(count: int, deadline: str) -> NoticeWords:
    """Return what is said of possible opt-outs; `deadline`: the first, as pages write it."""
    subject = f"{pluralize(count, 'possible opt-out')} waits for a decision."
    if count > 1:
        subject = f"{count} possible opt-outs wait for a decision."
    body = f"Without one they are opted out, the first on {deadline}."
    return NoticeWords(subject, body, "/inbox")


def build_budget(percent: int, spent_of_budget: str, month: str) -> NoticeWords:
    """Return what is said of the month's budget at 80 or 100 percent."""
    if percent >= 100:
        subject = f"The budget of {month} is spent."
        body = f"{spent_of_budget}. Blasts pause until it is raised, or the month is over."
    else:
        subject = f"{percent} % of the budget of {month} are spent."
        body = f"{spent_of_budget}."
    return NoticeWords(subject, body, "/settings/limits")


def build_no_backup() -> NoticeWords:
    """Return what is said when there is no copy of the database of the last two days."""
    body = "On the server, run python -m app.dbdoctor --backup, and find out why no copy was made."
    return NoticeWords("There is no backup of the last two days.", body, "/help")


def build_full_disk(megabytes_left: int) -> NoticeWords:
    """Return what is said when the disk of the database is nearly full."""
    subject = f"The disk is nearly full: {megabytes_left} MB are left."
    body = "When it is full, no reply is stored and nothing is sent. Free some space on the server."
    return NoticeWords(subject, body, "/help")


def build_new_device(at: str) -> NoticeWords:
    """Return what is said of a sign-in on a device that the user had not used before."""
    body = f"It was at {at}. If that was not you, change your password: it ends every session."
    return NoticeWords("You signed in on a new device.", body, "/account")


def build_wrong_passwords(count: int) -> NoticeWords:
    """Return what is said when somebody tries passwords for the user's name."""
    subject = f"{pluralize(count, 'wrong password')} came for your user name."
    if count != 1:
        subject = f"{count} wrong passwords or codes came for your user name."
    body = "Sign-in is slowed down for them, not for you. A second factor keeps them out for good."
    return NoticeWords(subject, body, "/account")


def build_import_done(rows: int, import_id: int, pool: str) -> NoticeWords:
    """Return what is said when a large import is finished."""
    # The page of another list needs more than the number of the import.
    path = f"/community/import/{import_id}" if pool == "community" else "/"
    return NoticeWords(f"Your import of {rows:,} rows is done.", "", path)


def build_test() -> NoticeWords:
    """Return what a test says."""
    return NoticeWords("This is a test of notifications.", "It works.", "/notices")


def build_mail_text(words: NoticeWords, base_url: str) -> str:
    """Return the text of an e-mail about one notice."""
    lines = [words.subject, words.body, base_url.rstrip("/") + words.path]
    end = f"You choose what you are told of: {base_url.rstrip('/')}/account/notices"
    # "-- " alone on a line is where mail programs fold the rest away (RFC 3676).
    return "\n\n".join(filter(None, [*lines, "-- \n" + end])) + "\n"


def build_text_digest(subjects: Sequence[str], base_url: str) -> str:
    """Return one text about all that is new, in two segments at most."""
    link = f"{base_url.rstrip('/')}/notices"
    text = f"SMS Admin: {' '.join(subjects)} {link}"
    if measure_segments(text).units <= MAX_TEXT_SEGMENTS * GSM7_MULTI_SEGMENT_UNITS:
        return text
    return f"SMS Admin: {pluralize(len(subjects), 'notification')}. {link}"
