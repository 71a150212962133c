"""An upload's way: kept in a file, checked, staged, then confirmed or thrown away. Knows no list of people itself."""

from app.imports.actions.checking import UNREADABLE, Checked, Choice, check
from app.imports.actions.finishing import Outcome, abandon, confirm, expire
from app.imports.actions.staging import Upload, restage, stage
from app.imports.actions.target import AlreadyEnded, Target

__all__ = [
    "UNREADABLE", "AlreadyEnded", "Checked", "Choice", "Outcome", "Target", "Upload",
    "abandon", "check", "confirm", "expire", "restage", "stage",
]  # fmt: skip
