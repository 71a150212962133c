"""Forms of a person's page: a note, and how the person agreed to texts; the people of a group."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, TextAreaField, ValidationError
from wtforms.validators import Length

from app.audiences.queries.scope_phones import count_unreached_phones
from app.community.forms import OWN_NUMBER_ERROR, get_refused_numbers
from app.core.form_fields import CleanTextField, PhoneField
from app.domain.phones.pasted_numbers import PastedPeople, read_pasted_people
from app.domain.texts.plurals import pluralize
from app.domain.texts.text_cleaning import clean_text, is_blank_text
from app.organisation import queries as organisation
from app.people.queries.number_holders import NumberHolder, find_named_holder
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import PersonProfile
from app.suppression.forms import NO_CONSENT, ConsentMethodField

MAX_NOTE_CHARACTERS = 1000
MAX_SHOWN_PROBLEMS = 5
MAX_EVIDENCE_CHARACTERS = 300
NOTE_LENGTH_ERROR = f"Enter at most {MAX_NOTE_CHARACTERS:,} characters."
SAME_NUMBER_ERROR = "This is already their number."
OWN_PHONE_ERROR = "They already have this number."
JOIN_HOLDER_ERROR = "{name} has this number. If this is the same person, check the box below."
OPEN_HOLDER_ERROR = "{name} has this number. If this is the same person, join them on their page."
PHONE_KIND_LABELS = {
    PhoneKind.MOBILE.value: "Mobile",
    PhoneKind.LANDLINE.value: "Landline",
    PhoneKind.OTHER.value: "Other",
}
UNREACHED_ERROR = "Choose people of your groups and events only. An admin can add others."
NUMBER_CONSENT_LABEL = "How they agreed to texts at this number"
EVIDENCE_LENGTH_ERROR = f"Enter at most {MAX_EVIDENCE_CHARACTERS} characters."


def _clean_note(text: str | None) -> str:
    return clean_text(text or "")


class NoteForm(FlaskForm):
    """A note about a person."""

    body = TextAreaField(
        "Note",
        [Length(max=MAX_NOTE_CHARACTERS, message=NOTE_LENGTH_ERROR)],
        filters=[_clean_note],
    )

    def validate_body(self, field: TextAreaField) -> None:
        """Reject a note without text."""
        _require_text(field, "Enter a note.")


class ConsentForm(FlaskForm):
    """How we know that somebody agreed to texts."""

    agreed = ConsentMethodField()
    evidence = CleanTextField(
        "When and how they agreed",
        [Length(max=MAX_EVIDENCE_CHARACTERS, message=EVIDENCE_LENGTH_ERROR)],
    )

    def validate_evidence(self, field: CleanTextField) -> None:
        _require_text(field, "Enter when and how they agreed.")


class TopicReturnForm(FlaskForm):
    """How we know that somebody wants the texts of a topic again. One page may have several."""

    def __init__(self, group_id: int, **options: Any) -> None:
        super().__init__(prefix=f"topic-{group_id}-", **options)

    agreed = ConsentMethodField("How they said so")
    evidence = CleanTextField(
        "When and how",
        [Length(max=MAX_EVIDENCE_CHARACTERS, message=EVIDENCE_LENGTH_ERROR)],
    )

    def validate_evidence(self, field: CleanTextField) -> None:
        _require_text(field, "Enter when and how they said so.")


class GroupPeopleForm(FlaskForm):
    """People to put into a group, one a line. After a valid validate(), `people` are they."""

    written = TextAreaField("Names and numbers")
    people = PastedPeople({}, [])

    def validate_written(self, field: TextAreaField) -> None:
        """Require a number in every line; whoever cannot be read keeps all of them out."""
        region = organisation.get_organisation_region()
        self.people = read_pasted_people(field.data or "", region)
        problems = _list_paste_problems(self.people)
        if not problems and count_unreached_phones(self.people.names):
            problems = [UNREACHED_ERROR]
        if problems:
            field.errors = [*field.errors, *problems[:-1]]
            raise ValidationError(problems[-1])
        if not self.people.names:
            raise ValidationError("Write at least one phone number.")


def _list_paste_problems(people: PastedPeople) -> list[str]:
    """Return the sentences about lines that were not read, and numbers that no one may have."""
    problems = list(people.problems[:MAX_SHOWN_PROBLEMS])
    more = len(people.problems) - MAX_SHOWN_PROBLEMS
    if more > 0:
        problems.append(f"{pluralize(more, 'more line')} cannot be read.")
    refused_numbers = get_refused_numbers()
    problems += [refused_numbers[phone] for phone in people.names if phone in refused_numbers]
    return problems


def _require_text(field: TextAreaField | CleanTextField, sentence: str) -> None:
    if is_blank_text(field.data or ""):
        raise ValidationError(sentence)


def _create_number_consent_field() -> ConsentMethodField:
    """Return the field for the consent to a number, which is never carried over from another."""
    return ConsentMethodField(NUMBER_CONSENT_LABEL, may_be_missing=True, default=NO_CONSENT)


class NumberChangeForm(FlaskForm):
    """The new number of a person. `holder`: who has it already, after validate()."""

    new_phone = PhoneField("New number", organisation.get_organisation_region)
    number_agreed = _create_number_consent_field()
    is_same = BooleanField("It’s the same person: join them")

    def __init__(self, person: PersonProfile, old_phone: str, **options: Any) -> None:
        super().__init__(**options)
        self.person, self.old_phone = person, old_phone
        self.holder: NumberHolder | None = None

    def validate_new_phone(self, field: Any) -> None:
        """Reject our own number, the same number, and somebody else's unless that is said."""
        number = getattr(field, "phone", None)
        if number is None:
            return
        if number.e164 in get_refused_numbers():
            raise ValidationError(OWN_NUMBER_ERROR)
        if number.e164 == self.old_phone:
            raise ValidationError(SAME_NUMBER_ERROR)
        self.holder = find_named_holder(number.e164, self.person.id)
        if self.holder and not self.is_same.data:
            raise ValidationError(JOIN_HOLDER_ERROR.format(name=self.holder.name))


class AddedNumberForm(FlaskForm):
    """Another number of a person, and what kind it is."""

    added_phone = PhoneField("Another number", organisation.get_organisation_region)
    kind = SelectField("Kind", choices=PHONE_KIND_LABELS, default=PhoneKind.MOBILE.value)
    number_agreed = _create_number_consent_field()
    person: PersonProfile

    def validate_added_phone(self, field: Any) -> None:
        """Reject our own number, one that they have, and one that somebody else has."""
        number = getattr(field, "phone", None)
        if number is None:
            return
        if number.e164 in get_refused_numbers():
            raise ValidationError(OWN_NUMBER_ERROR)
        if number.e164 in [record.phone for record in self.person.current_phones]:
            raise ValidationError(OWN_PHONE_ERROR)
        holder = find_named_holder(number.e164, self.person.id)
        if holder:
            raise ValidationError(OPEN_HOLDER_ERROR.format(name=holder.name))
