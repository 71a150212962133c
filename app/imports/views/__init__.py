"""Importing, in steps that know no list: a room that has one hangs them up below an address of
its own.
"""

from app.imports.views.doors import hang_up
from app.imports.views.places import Place

__all__ = ["Place", "hang_up"]
