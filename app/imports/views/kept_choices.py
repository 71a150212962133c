"""What was chosen in the form of the confirmation, beside the columns, so that no page loses it."""

from urllib.parse import urlencode

from flask import request

KEPT_FIELDS = ("agreed", "group_id", "overwrite", "replace_values")
# Ticked at first: whether the page had the box, tells a box that was unticked from one that was
# not there.
TICKED_FIELDS = {"opt_outs": "opt_outs_shown", "create_groups": "create_groups_shown"}


def read_kept_choices() -> dict[str, str]:
    """Return what the fields are filled with: as submitted, or as the address says."""
    values = request.form if request.method == "POST" else request.args
    values_by_name = {name: values.get(name, "") for name in KEPT_FIELDS}
    for name, marker in TICKED_FIELDS.items():
        values_by_name[name] = values.get(name, "" if values.get(marker) else "1")
    return values_by_name


def add_kept_choices(url: str) -> str:
    """Return the address of the page with what was submitted, for a page that is read anew."""
    names = [*KEPT_FIELDS, *TICKED_FIELDS, *TICKED_FIELDS.values()]
    values_by_name = {name: request.form[name] for name in names if request.form.get(name)}
    return f"{url}?{urlencode(values_by_name)}" if values_by_name else url
