"""The doors of an importer, which every room that has a list hangs below an address of its own."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core.access import roles_required
from app.domain.accounts.roles import Role
from app.imports.views import import_completion, upload_and_check
from app.imports.views.importer_config import ImporterConfig

FindImporterConfig = Callable[..., ImporterConfig]
ImportView = Callable[..., ResponseReturnValue]


def register_import_routes(
    room: Blueprint, address: str, find: FindImporterConfig, roles: tuple[Role, ...]
) -> None:
    """Give a room its importer: the doors `import_…` below `address`, open to `roles`; undoing
    is for admins.

    `find` gets the values of the address (an event's id) and gives the list, or ends the
    request with 404.
    """
    one = f"{address}/<int:import_id>"
    doors: tuple[tuple[str, str, str, ImportView], ...] = (
        ("file", address, "GET POST", upload_and_check.upload_spreadsheet),
        ("check", one, "GET", upload_and_check.show_import_check),
        ("again", one, "POST", upload_and_check.recheck_import),
        ("fix", f"{one}/line/<int:line>", "POST", upload_and_check.fix_import_row),
        ("confirm", f"{one}/confirm", "POST", import_completion.confirm_import),
        ("abandon", f"{one}/abandon", "POST", import_completion.abandon_import),
        ("bad_rows", f"{one}/bad-rows", "GET", import_completion.download_bad_rows),
        ("undo", f"{one}/undo", "POST", import_completion.undo_import),
    )
    for name, rule, methods, step in doors:
        view = roles_required(*((Role.ADMIN,) if step is import_completion.undo_import else roles))(
            _build_import_view(step, find)
        )
        room.add_url_rule(rule, f"import_{name}", view, methods=methods.split())


def _build_import_view(step: ImportView, find: FindImporterConfig) -> ImportView:
    own = {"import_id", "line"}

    def door(**values: Any) -> ResponseReturnValue:
        place = find(**{name: value for name, value in values.items() if name not in own})
        return step(place, **{name: value for name, value in values.items() if name in own})

    door.__name__, door.__doc__ = step.__name__, step.__doc__
    return door
