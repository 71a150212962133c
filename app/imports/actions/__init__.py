"""An upload's way: kept in a file, checked slice by slice, staged, then confirmed or thrown away; once confirmed, it
can be undone. Knows no list of people itself.
"""

from app.imports.actions.checking import Rules, Slice, next_slice
from app.imports.actions.finishing import Outcome, abandon, confirm, expire
from app.imports.actions.fixing import NoSuchRow, StillBad, fix
from app.imports.actions.reading import UNREADABLE, Choice, Reading, read, read_again
from app.imports.actions.staging import Upload, begin, lay_down, restart
from app.imports.actions.target import AlreadyEnded, Target
from app.imports.actions.undoing import Undone, undo

__all__ = [
    "UNREADABLE", "AlreadyEnded", "Choice", "NoSuchRow", "Outcome", "Reading", "Rules", "Slice", "StillBad", "Target",
    "Undone", "Upload", "abandon", "begin", "confirm", "expire", "fix", "lay_down", "next_slice", "read", "read_again",
    "restart", "undo",
]  # fmt: skip
