"""Whether a database may send: it is the newest state, on the machine that it belongs to."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.texts.field_mentions import find_field_names
from app.domain.texts.template_pieces import split_template


class HoldReason(StrEnum):
    """Why nothing leaves. The values are stored."""

    BEHIND = "behind"
    CARRIER = "carrier"
    CLONE = "clone"


# Half a sentence, after "Nothing is being sent: ".
HOLD_LABELS = {
    HoldReason.BEHIND: "this database is older than the one that last sent texts",
    HoldReason.CARRIER: "Twilio has sent texts that this database does not know about",
    HoldReason.CLONE: "this is a copy of an installation that belongs to another machine or folder",
}
# On the page of a blast that was being sent, 300 characters at most.
HOLD_PAUSE_REASONS = {
    HoldReason.BEHIND: (
        "An older database was restored, so people may already have this text. An admin must run "
        "Reconcile first (Sending on Home). After that, Resume texts only the others."
    ),
    HoldReason.CARRIER: (
        "Twilio has texts that this database does not know about, so people may already have "
        "this text. An admin must run Reconcile first (Sending on Home). After that, Resume "
        "texts "
        "only the others."
    ),
    HoldReason.CLONE: (
        "This is a copy of an installation that belongs to another machine or folder, which may be "
        "sending this blast. Nothing is sent here until an admin confirms that the first is off."
    ),
}
# A text that was created so long before the newest one that we know is older than our state.
COMPARISON_MARGIN = timedelta(seconds=60)
# A row exists before its text: by our clock and the carrier's, in whole seconds.
ADOPTION_TOLERANCE = timedelta(seconds=120)
API_DIRECTION = "outbound-api"
MIN_LITERAL_CHARACTERS = 3


@dataclass(frozen=True)
class InstallationRecord:
    """What identifies an installation, as the database or the file beside it says.

    `armed_count`: how many texts it has handed to the carrier. `is_restored`: a copy was put in
    the place of the database since it sent last.
    """

    installation_id: str | None
    machine: str | None
    path: str | None
    armed_count: int
    is_restored: bool = False


@dataclass(frozen=True)
class Surroundings:
    """Where the program runs. `has_original`: the path that the installation belongs to still
    holds a database of it.
    """

    machine: str
    path: str
    has_original: bool = False


@dataclass(frozen=True)
class InstallationUse:
    """What is in the database. `has_texts`: it ever queued or scheduled one. `has_real_texts`:
    the same through the real carrier. `is_real`: the program runs on the real carrier now.
    """

    has_texts: bool
    has_real_texts: bool
    is_real: bool


def find_hold_reason(
    stored: InstallationRecord,
    file: InstallationRecord | None,
    here: Surroundings,
    use: InstallationUse,
) -> HoldReason | None:
    """Return why this database must not send before a person has looked; None when it may.

    Only what was made for the real carrier can be a clone: practice texts nobody.
    """
    if not use.has_texts:
        return None
    if use.is_real and use.has_real_texts and _is_clone(stored, file, here):
        return HoldReason.CLONE
    if file is not None and _is_behind(stored, file):
        return HoldReason.BEHIND
    return None


def _is_clone(
    stored: InstallationRecord, file: InstallationRecord | None, here: Surroundings
) -> bool:
    # The file stays on its machine while databases are put in its place, so it knows better.
    owner = stored
    if file is not None and file.installation_id == stored.installation_id and file.machine:
        owner = file
    if owner.machine is None:
        return False
    if owner.machine != here.machine:
        return True
    # Moved within its machine, it is still the only one.
    return owner.path != here.path and here.has_original


def _is_behind(stored: InstallationRecord, file: InstallationRecord) -> bool:
    if file.is_restored:
        return True
    is_same = stored.installation_id in (None, file.installation_id)
    return is_same and file.armed_count > stored.armed_count


def is_later_than(created_at: datetime, moment: datetime, clock_skew: timedelta) -> bool:
    """Whether a listed text was created after the moment of the database, give or take a minute.

    `clock_skew` is how far the carrier's clock is ahead of ours.
    """
    return created_at > moment + clock_skew - COMPARISON_MARGIN


def build_body_pattern(template: str, footer: str | None) -> re.Pattern[str]:
    """Return a pattern of every text that this blast sends, whatever its placeholders become.

    It matches text whose spaces are single.
    """
    literals = [""]
    for piece in split_template(template, find_field_names(template)):
        if piece.placeholder is None and piece.condition is None and not piece.mark:
            literals[-1] = " ".join(piece.text.split())
        else:
            literals.append("")
    if sum(map(len, literals)) < MIN_LITERAL_CHARACTERS:
        # Nothing but placeholders: any text could be it.
        return re.compile("(?!)")
    pattern = r"\s*.*?\s*".join(map(re.escape, literals))
    if footer:
        # A text that has the line already gets no second one.
        pattern += rf"(?:\s*{re.escape(' '.join(footer.split()))})?"
    return re.compile(pattern, re.DOTALL)
