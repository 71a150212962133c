"""The form of a member, the filter of the list, and which members an action is for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, SelectField, StringField, ValidationError
from wtforms.validators import Optional

from app.community import queries
from app.community.member_filters import MemberFilter, build_filter_choices
from app.community.models import CommunityMember
from app.core.form_fields import PersonNameField, PhoneField
from app.core.settings import current_settings
from app.domain.audiences.condition_addresses import write_condition_address
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.phones.phone_renumbering import canonicalize_phone
from app.domain.texts.whole_numbers import parse_id, parse_ids
from app.organisation import queries as organisation
from app.profiles.forms.details_form import PersonDetailsForm
from app.profiles.forms.value_inputs import list_value_inputs
from app.suppression.forms import ConsentMethodField

# What an address of the list is narrowed by.
FILTER_NAMES = ("search", "show", "since", "group", "filter")
MAX_FILTERS = 30
OWN_NUMBER_ERROR = "This is the number your texts come from."
NUMBER_ALREADY_LISTED_ERROR = "Someone in the community already has this number."
SHARED_NUMBER_ERROR = (
    NUMBER_ALREADY_LISTED_ERROR + " If they share the phone with {name}, check the box below."
)


def get_refused_numbers() -> dict[str, str]:
    """Return the numbers that no member may have, each with the sentence why."""
    settings = current_settings()
    if settings.carrier != "twilio":
        return {}
    # Twilio refuses a text to its own sender (error 21266).
    return {canonicalize_phone(settings.twilio_from_number): OWN_NUMBER_ERROR}


class MemberForm(FlaskForm):
    """The name and number of a member."""

    name = PersonNameField("Name")
    phone = PhoneField("Phone number", organisation.get_organisation_region)
    agreed = ConsentMethodField(may_be_missing=True)
    # Offered by the page when a member has the number under another name.
    is_shared = BooleanField("They share this phone: add the name to it")
    shared_with: CommunityMember | None = None

    def validate_phone(self, field: Any) -> None:
        """Reject a number that no member may have."""
        # Only a number that the field could parse has the attribute.
        number = getattr(field, "phone", None)
        if number and number.e164 in get_refused_numbers():
            raise ValidationError(OWN_NUMBER_ERROR)


class AddedMemberForm(PersonDetailsForm, MemberForm):
    """A new member, with what else is known of them; add_value_inputs() adds the fields."""

    @property
    def has_details(self) -> bool:
        """Whether more than name and number was entered, or is wrong."""
        inputs = [self.language, self.birthday, *list_value_inputs(self)]
        return any(field.data or field.errors for field in inputs)


class MemberFilterForm(FlaskForm):
    """The filter of the list, read from the address: so it has no CSRF token."""

    class Meta:
        csrf = False

    show = SelectField("Show", default="", choices=build_filter_choices)
    # Addresses from before there were filters have these two.
    since = DateField("Added since", [Optional()])
    group = StringField("Group")

    def __init__(self, values: MultiDict[str, str]) -> None:
        super().__init__(values)
        self.filters = [text for text in values.getlist("filter") if text][:MAX_FILTERS]

    def read_filter(self) -> MemberFilter:
        """Return the filter; one that cannot be read matches no one, as acts on all follow it."""
        self.validate()
        return MemberFilter(self.show.data or "", tuple(dict.fromkeys(self._list_filters())))

    def _list_filters(self) -> list[str]:
        """Return the conditions that the form asks for, as an address has them."""
        conditions = []
        if self.since.data and not self.since.errors and self.since.data > date.min:
            day_before = self.since.data - timedelta(days=1)
            value = day_before.isoformat()
            conditions.append(Condition(ConditionKind.JOINED_AFTER, value=value))
        group_id = parse_id(self.group.data or "")
        if group_id:
            conditions.append(Condition(ConditionKind.IN_GROUP, group_id))
        filters = list(map(write_condition_address, conditions))
        # No condition is written so: the list says that it cannot read them.
        if self.since.errors and self.since.raw_data:
            filters.append(f"since={self.since.raw_data[0]}")
        if self.group.data and not group_id:
            filters.append(f"group={self.group.data}")
        return filters + self.filters


@dataclass(frozen=True)
class MemberSelection:
    """The members that an action is for. `fields` name them again in a form that asks first.

    `filters`: those of the list, where all whom they leave are meant.
    """

    ids: list[int]
    fields: list[tuple[str, str]]
    is_everyone: bool
    filters: tuple[str, ...] = ()


def read_member_selection(form: MultiDict[str, str]) -> MemberSelection:
    """Return the members that were ticked, or with `everyone` all that the list's filter matches.

    The filter comes as `search`, `show` and `filter`, as in the address of the list.
    """
    if form.get("everyone"):
        search = form.get("search", "").strip()
        filter_ = MemberFilterForm(form).read_filter()
        ids = queries.find_matching_ids(search, organisation.get_organisation_region(), filter_)
        fields = [("everyone", "1")]
        for name, texts in get_filter_parameters(form).items():
            for text in texts:
                fields.append((name, text))
        return MemberSelection(ids, fields, is_everyone=True, filters=filter_.filters)
    ids = queries.find_reached_ids(parse_ids(form.getlist("member_ids")))
    return MemberSelection(ids, [("member_ids", str(id_)) for id_ in ids], is_everyone=False)


def get_filter_parameters(args: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return what of the filter stays in the address of another page, order or export."""
    parameters = {}
    for name in FILTER_NAMES:
        texts = list(filter(None, args.getlist(name)))
        if texts:
            parameters[name] = texts
    return parameters
