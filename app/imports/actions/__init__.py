"""An upload's way: kept in a file, checked slice by slice, staged, then confirmed or thrown
away; once confirmed, it can be undone. Knows no list of people itself.
"""

from app.imports.actions.checking import Rules, Slice, next_slice
from app.imports.actions.finishing import Outcome, abandon, confirm, expire
from app.imports.actions.fixing import NoSuchRow, StillBad, fix
from app.imports.actions.reading import (
    UNREADABLE,
    Choice,
    Reading,
    read,
    read_again,
    read_sheet,
)
from app.imports.actions.slicing import Part, go_on, start
from app.imports.actions.staging import Upload, begin, lay_down, restart, settle
from app.imports.actions.target import AlreadyEnded, Target
from app.imports.actions.undoing import Undone, undo

__all__ = [
    "UNREADABLE", "AlreadyEnded", "Choice", "NoSuchRow", "Outcome", "Part", "Reading", "Rules", "Slice", "StillBad",
    "Target", "Undone", "Upload", "abandon", "begin", "confirm", "expire", "fix", "go_on", "lay_down", "next_slice",
    "read", "read_again", "read_sheet", "restart", "settle", "start", "undo",
]  # fmt: skip
