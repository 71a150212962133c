"""The lists that imports fill, by the name of their pool; features above this one own them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app

from app.imports.actions.import_target import ImportTarget
from app.imports.models import Import
from app.imports.queries.import_slices import ImportSlice

_EXTENSION_KEY = "imports_lists"

SliceAction = Callable[[Import, ImportSlice], None]
UndoAction = Callable[[Import, ImportSlice, str], None]


@dataclass(frozen=True)
class ImportList:
    """A list, and what else happens when an import of it is confirmed or undone.

    `audit_prefix` begins the audit verbs ("members.imported"). `prepare_confirmation` reads what it
    needs of the import before the first transaction, such as its stored file, and returns what runs
    after the people of each slice are on the list. `on_undone` runs after each slice is undone,
    with the user's name. Both run in the slice's transaction.
    """

    target: ImportTarget
    audit_prefix: str
    prepare_confirmation: Callable[[Import], SliceAction] | None = None
    on_undone: UndoAction | None = None

    def prepare(self, row: Import) -> SliceAction | None:
        """Return what runs after each slice of an import. Before write()."""
        return self.prepare_confirmation and self.prepare_confirmation(row)


# Returns the list of a pool such as "event:12"; None when it does not exist any more.
FindImportList = Callable[[str], ImportList | None]


def set_import_lists(app: Flask, finders: Mapping[str, FindImportList]) -> None:
    """Set the lists by the first part of their pools, so that the scheduler finds them too."""
    app.extensions[_EXTENSION_KEY] = dict(finders)


def find_import_list(pool: str) -> ImportList | None:
    """Return the list of a pool; None when it does not exist any more."""
    finders: dict[str, FindImportList] = current_app.extensions[_EXTENSION_KEY]
    find = finders.get(pool.partition(":")[0])
    return find(pool) if find is not None else None
