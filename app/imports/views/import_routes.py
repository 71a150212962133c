"""The routes of an importer, which every feature with a list registers below its own address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core.access import permission_required
from app.domain.accounts.permissions import Permission
from app.imports.views import import_completion, import_undoing, row_fixes, upload_and_check
from app.imports.views.importer_config import ImporterConfig

FindImporterConfig = Callable[..., ImporterConfig]
ImportView = Callable[..., ResponseReturnValue]
# What the views take from the address; the rest is for finding the list.
VIEW_ARGUMENTS = frozenset({"import_id", "line"})


@dataclass(frozen=True)
class ImportRoute:
    """One route: the end of its endpoint's name, its path below the importer, and its view."""

    name: str
    path: str
    methods: tuple[str, ...]
    view: ImportView


ONE_IMPORT = "/<int:import_id>"
IMPORT_ROUTES = (
    ImportRoute("file", "", ("GET", "POST"), upload_and_check.upload_spreadsheet),
    ImportRoute("check", ONE_IMPORT, ("GET",), upload_and_check.show_import_check),
    ImportRoute("again", ONE_IMPORT, ("POST",), upload_and_check.recheck_import),
    ImportRoute("fix", f"{ONE_IMPORT}/line/<int:line>", ("POST",), row_fixes.fix_import_row),
    ImportRoute("confirm", f"{ONE_IMPORT}/confirm", ("POST",), import_completion.confirm_import),
    ImportRoute("abandon", f"{ONE_IMPORT}/abandon", ("POST",), import_completion.abandon_import),
    ImportRoute(
        "bad_rows", f"{ONE_IMPORT}/bad-rows", ("GET",), import_completion.download_bad_rows
    ),
    ImportRoute("undo", f"{ONE_IMPORT}/undo", ("POST",), import_undoing.undo_import),
)


def register_import_routes(
    blueprint: Blueprint,
    address: str,
    find_importer: FindImporterConfig,
    permission: Permission,
    undo_permission: Permission | None = None,
) -> None:
    """Add the routes `import_…` below `address`, which need `permission`.

    Undoing an import needs `undo_permission` where that is another.

    `find_importer` takes the values of the address (an event's id) and returns the list, or
    aborts with 404.
    """
    for route in IMPORT_ROUTES:
        needed = permission
        if route.name == "undo" and undo_permission is not None:
            needed = undo_permission
        # A sheet is full of numbers, and may name anybody.
        view = permission_required(needed, for_everybody=True, with_numbers=True)(
            _build_import_view(route.view, find_importer)
        )
        blueprint.add_url_rule(
            f"{address}{route.path}",
            f"import_{route.name}",
            view,
            methods=list(route.methods),
        )


def _build_import_view(view: ImportView, find_importer: FindImporterConfig) -> ImportView:
    def view_of_list(**values: Any) -> ResponseReturnValue:
        view_arguments = {}
        list_arguments = {}
        for name, value in values.items():
            if name in VIEW_ARGUMENTS:
                view_arguments[name] = value
            else:
                list_arguments[name] = value
        return view(find_importer(**list_arguments), **view_arguments)

    view_of_list.__name__ = view.__name__
    view_of_list.__doc__ = view.__doc__
    return view_of_list
