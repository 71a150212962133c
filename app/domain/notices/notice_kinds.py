"""What staff are told of: the kinds of notices, who hears each, and by which channels."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from app.domain.accounts.permissions import Permission


class NoticeChannel(StrEnum):
    """How a notice reaches somebody. The values are stored. CHAT is the organisation's own."""

    BROWSER = "browser"
    MAIL = "mail"
    TEXT = "text"
    CHAT = "chat"


class NoticeKind(StrEnum):
    """What a notice is about. The values are stored, and chosen for chat webhooks."""

    MY_TEXTS = "my_texts"
    OPEN_TEXTS = "open_texts"
    STOP_QUESTION = "stop_question"
    BLAST_PAUSED = "blast_paused"
    BLAST_LATE = "blast_late"
    APPROVAL = "approval"
    BUDGET = "budget"
    BACKUP = "backup"
    CALLS = "calls"
    DATABASE = "database"
    NEW_DEVICE = "new_device"
    WRONG_PASSWORDS = "wrong_passwords"
    IMPORT = "import"
    DIGEST = "digest"
    TEST = "test"


BROWSER = NoticeChannel.BROWSER
MAIL = NoticeChannel.MAIL
TEXT = NoticeChannel.TEXT
EVERY_CHANNEL = (BROWSER, MAIL, TEXT)
# Quiet by default: nothing but the bell, and an e-mail where somebody has to act.
BELL = frozenset({BROWSER})
BELL_AND_MAIL = frozenset({BROWSER, MAIL})


@dataclass(frozen=True)
class NoticeRule:
    """Who hears of a kind and how.

    `permission`: who may hear it; None: everybody. `channels`: between which one chooses;
    `defaults`: what applies before one has chosen, `admin_defaults` to admins. `is_personal`:
    about one user alone, so never for a chat. `is_grouped`: new ones are added to one that was
    not read or sent yet.
    """

    label: str
    hint: str
    permission: Permission | None = None
    channels: tuple[NoticeChannel, ...] = EVERY_CHANNEL
    defaults: Set[NoticeChannel] = BELL
    admin_defaults: Set[NoticeChannel] = BELL
    is_personal: bool = False
    is_grouped: bool = False

    def get_defaults(self, *, is_admin: bool) -> Set[NoticeChannel]:
        """Return the channels of somebody who has chosen none."""
        return self.admin_defaults if is_admin else self.defaults


NOTICE_RULES: dict[NoticeKind, NoticeRule] = {
    NoticeKind.MY_TEXTS: NoticeRule(
        "New texts in my conversations",
        "Those assigned to you.",
        Permission.SEE_PEOPLE,
        is_personal=True,
        is_grouped=True,
    ),
    NoticeKind.OPEN_TEXTS: NoticeRule(
        "New texts in unassigned conversations",
        "Those assigned to no one.",
        Permission.SEE_PEOPLE,
        defaults=frozenset(),
        admin_defaults=frozenset(),
        is_grouped=True,
    ),
    NoticeKind.STOP_QUESTION: NoticeRule(
        "A possible opt-out",
        "A day before they are opted out because no one decided.",
        Permission.EDIT_DO_NOT_TEXT,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.BLAST_PAUSED: NoticeRule(
        "Sending stopped",
        "A fault or a limit paused a blast, a series or a sequence.",
        Permission.SEE_TEXTS,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.BLAST_LATE: NoticeRule(
        "A blast was not sent",
        "Its time passed while SMS Admin was off, or it waits for you.",
        Permission.SEE_TEXTS,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.APPROVAL: NoticeRule(
        "A blast waits for approval",
        "By text, approvers get a code that approves it.",
        Permission.APPROVE_TEXTS,
        channels=(BROWSER, MAIL),
        defaults=BELL_AND_MAIL,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.BUDGET: NoticeRule(
        "The month’s budget",
        "When 80 % and when all of it is spent.",
        Permission.CHANGE_SETTINGS,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.BACKUP: NoticeRule(
        "Backups",
        "None was made, one failed, or a restore test did.",
        Permission.CHANGE_SETTINGS,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.CALLS: NoticeRule(
        "Twilio cannot reach us",
        "Replies and receipts are refused.",
        Permission.CHANGE_SETTINGS,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.DATABASE: NoticeRule(
        "Trouble with the database",
        "It is damaged, or its disk is nearly full.",
        Permission.CHANGE_SETTINGS,
        admin_defaults=BELL_AND_MAIL,
    ),
    NoticeKind.NEW_DEVICE: NoticeRule(
        "My sign-in on a new device",
        "If it was not you, change your password.",
        defaults=BELL_AND_MAIL,
        admin_defaults=BELL_AND_MAIL,
        is_personal=True,
    ),
    NoticeKind.WRONG_PASSWORDS: NoticeRule(
        "Someone guesses my password",
        "Twenty wrong passwords or codes for your name.",
        defaults=BELL_AND_MAIL,
        admin_defaults=BELL_AND_MAIL,
        is_personal=True,
    ),
    NoticeKind.IMPORT: NoticeRule(
        "My large import is done",
        "More than 2,000 rows, which takes a while.",
        Permission.UPDATE_PEOPLE,
        is_personal=True,
    ),
    NoticeKind.DIGEST: NoticeRule(
        "Daily summary",
        "At 8 AM: what was sent, what waits, what comes. Numbers and links only.",
        Permission.SEE_TEXTS,
        channels=(MAIL,),
        defaults=frozenset(),
        admin_defaults=frozenset(),
    ),
}
# A chat is read by many, so it hears nothing of one user.
# What a chat of the organisation can be told.
CHAT_KINDS = tuple(
    kind
    for kind, rule in NOTICE_RULES.items()
    if not rule.is_personal and kind is not NoticeKind.DIGEST
)
# What delivery texts to ADMIN_TEST_PHONE and posts to ALERT_WEBHOOK_URL by itself.
ALERTED_KINDS = frozenset(
    {
        NoticeKind.BLAST_PAUSED,
        NoticeKind.BLAST_LATE,
        NoticeKind.CALLS,
        NoticeKind.DATABASE,
    }
)
