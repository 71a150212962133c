"""The form of the rules: one menu a kind."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField

from app.core.form_fields import add_error
from app.retention.kinds import ARCHIVE_CHOICES, DURATION_WORDS, KINDS
from app.retention.models import RetentionKind

FOR_EVER = "0"


def describe_days(days: int | None) -> str:
    """Return how long something is kept, such as "2 years" or "forever"."""
    if not days:
        return "forever"
    return DURATION_WORDS.get(days, f"{days} days")


class RetentionForm(FlaskForm):
    """How long each kind is kept. `confirmed`: the values whose removal was shown."""

    confirmed = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse what is none of the choices of its menu."""
        is_valid = bool(super().validate(extra_validators))
        for kind in RetentionKind:
            if kind.value in self and self[kind.value].data not in self[kind.value].choices:
                add_error(self[kind.value], "Choose one of the list.")
                is_valid = False
        return is_valid

    def list_days(self) -> dict[RetentionKind, int | None]:
        """Return the days of each kind as they were chosen; None: for ever."""
        chosen = {}
        for kind in RetentionKind:
            if kind.value in self:
                chosen[kind] = int(self[kind.value].data or FOR_EVER) or None
        return chosen

    def write_fingerprint(self) -> str:
        """Return what was chosen as one text: a confirmation counts for exactly that."""
        return ",".join(f"{kind.value}={days or 0}" for kind, days in self.list_days().items())

    def is_confirmed(self) -> bool:
        """Whether what would be removed was shown for what is chosen now."""
        return bool(self.confirmed.data) and self.confirmed.data == self.write_fingerprint()


def build_retention_form(days_by_kind: dict[RetentionKind, int | None]) -> RetentionForm:
    """Return the form with a menu for each kind; a rule that is no choice is offered as it is."""

    class BoundForm(RetentionForm):
        """The form with its menus: WTForms reads fields from the class."""

    for kind in KINDS:
        _add_menu(BoundForm, kind.kind, kind.label, kind.choices, days_by_kind)
    label = "Texts of finished years"
    _add_menu(BoundForm, RetentionKind.ARCHIVE, label, ARCHIVE_CHOICES, days_by_kind)
    data = {kind.value: str(days or 0) for kind, days in days_by_kind.items()}
    return BoundForm(data=data)


def _add_menu(
    form_class: Any,
    kind: RetentionKind,
    label: str,
    choices: tuple[int, ...],
    days_by_kind: dict[RetentionKind, int | None],
) -> None:
    days = {*choices, days_by_kind.get(kind) or 0} if 0 in choices else {*choices}
    is_moved = kind in (RetentionKind.ARCHIVE, RetentionKind.AUDIT)
    words = {0: "Never" if is_moved else "Keep forever"}
    options = {str(day): words.get(day, describe_days(day)) for day in sorted(days)}
    menu = SelectField(label, choices=options, validate_choice=False)
    setattr(form_class, kind.value, menu)
