"""What was chosen in the form of the confirmation, beside the columns, so that no page loses it."""

from urllib.parse import urlencode

from flask import request

KEPT_FIELDS = ("agreed", "group_id", "overwrite", "replace_values")
# Ticked at first: whether the page had the box, tells a box that was unticked from one that was
# not there.
TICKED_FIELDS = {"opt_outs": "opt_outs_shown", "create_groups": "create_groups_shown"}

KEPT_NAMES = (*KEPT_FIELDS, *TICKED_FIELDS, *TICKED_FIELDS.values())


def read_kept_choices() -> dict[str, str]:
    """Return what the fields are filled with: as submitted, or as the address says."""
    values = request.form if request.method == "POST" else request.args
    values_by_name = {name: values.get(name, "") for name in KEPT_FIELDS}
    for name, marker in TICKED_FIELDS.items():
        values_by_name[name] = values.get(name, "" if values.get(marker) else "1")
    return values_by_name


def list_kept_fields() -> list[tuple[str, str]]:
    """Return (name, value) of what was submitted or the address says, for forms beside it."""
    values = request.form if request.method == "POST" else request.args
    return [(name, values[name]) for name in KEPT_NAMES if values.get(name)]


def add_kept_choices(url: str, **more: str) -> str:
    """Return an address of the page with what was submitted, and more parameters."""
    parameters = [*more.items(), *list_kept_fields()]
    return f"{url}?{urlencode(parameters)}" if parameters else url
