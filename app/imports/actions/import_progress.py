"""How far an import has come that is confirmed or undone in slices, as its row keeps it."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from app.imports.actions.import_decision import ImportDecision, WrittenCounts, parse_decision
from app.imports.actions.import_undo import ImportUndoSummary


class ImportStep(StrEnum):
    """What a slice does: first all opt-outs of the file, then its people; or it undoes."""

    OPT_OUTS = "opt_outs"
    PEOPLE = "people"
    UNDO = "undo"


@dataclass(frozen=True)
class ImportProgress:
    """Which step is being done, how many rows are written, and what came of them.

    `username` and `user_id`: who confirmed or undid the import; the id is None in progress of an
    older release. Each row says itself whether it is written.
    """

    username: str
    user_id: int | None
    step: ImportStep
    row_count: int = 0
    decision: ImportDecision = field(default_factory=ImportDecision)
    written: WrittenCounts = field(default_factory=WrittenCounts)
    undone: ImportUndoSummary = field(default_factory=ImportUndoSummary)

    def serialize(self) -> str:
        """Return the progress as JSON, as parse_progress() reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def parse_progress(stored: str | None) -> ImportProgress:
    """Return the progress that serialize() made JSON of."""
    values = json.loads(stored or "{}")
    return ImportProgress(
        values["username"],
        values.get("user_id"),
        ImportStep(values["step"]),
        values["row_count"],
        parse_decision(values["decision"]),
        WrittenCounts(**values["written"]),
        ImportUndoSummary(**values["undone"]),
    )
