"""The doors of an importer, which every room that has a list hangs below an address of its own."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core.access import roles_required
from app.domain.delivery.skip_reasons import Role
from app.imports.views import endings, steps
from app.imports.views.places import Place

Find = Callable[..., Place]
Step = Callable[..., ResponseReturnValue]


def hang_up(room: Blueprint, address: str, find: Find, roles: tuple[Role, ...]) -> None:
    """Give a room its importer: the doors `import_…` below `address`, open to `roles`; undoing
    is for admins.

    `find` gets the values of the address (an event's id) and gives the list, or ends the
    request with 404.
    """
    one = f"{address}/<int:import_id>"
    doors: tuple[tuple[str, str, str, Step], ...] = (
        ("file", address, "GET POST", steps.upload),
        ("check", one, "GET", steps.check),
        ("again", one, "POST", steps.again),
        ("fix", f"{one}/line/<int:line>", "POST", steps.fix),
        ("confirm", f"{one}/confirm", "POST", endings.confirm),
        ("abandon", f"{one}/abandon", "POST", endings.abandon),
        ("bad_rows", f"{one}/bad-rows", "GET", endings.bad_rows),
        ("undo", f"{one}/undo", "POST", endings.undo),
    )
    for name, rule, methods, step in doors:
        view = roles_required(*((Role.ADMIN,) if step is endings.undo else roles))(
            _door(step, find)
        )
        room.add_url_rule(rule, f"import_{name}", view, methods=methods.split())


def _door(step: Step, find: Find) -> Step:
    own = {"import_id", "line"}

    def door(**values: Any) -> ResponseReturnValue:
        place = find(
            **{name: value for name, value in values.items() if name not in own}
        )
        return step(
            place, **{name: value for name, value in values.items() if name in own}
        )

    door.__name__, door.__doc__ = step.__name__, step.__doc__
    return door
