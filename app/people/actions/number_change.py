"""A person has another number: everything about them that is not past goes with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.check_ins.actions.moved_check_ins import move_check_ins
from app.community.actions import move_member
from app.core.clock import now
from app.delivery.actions import blast_control
from app.delivery.actions.audience_people import move_audience_person
from app.delivery.actions.moved_texts import move_queued_texts
from app.delivery.queries.phone_texts import count_phone_texts
from app.domain.delivery.skip_reasons import SkipReason
from app.events.actions.registrations import move_registrations
from app.groups.actions.memberships import move_memberships
from app.inbox.actions.thread_updates import ask_for_stop_decision
from app.people.actions.person_notes import move_notes
from app.people.queries.number_holders import find_named_holder
from app.people.queries.person_records import load_person_record
from app.profiles.actions.phone_ownership import (
    add_phone,
    change_phone,
    join_people,
    make_phone_first,
    release_given_up_phone,
    remove_phone,
)
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import PersonProfile, find_person_of_phone
from app.sequences.actions.moved_sequences import move_sequences
from app.suppression.actions import erased_numbers
from app.suppression.actions.moved_opt_outs import carry_over_opt_outs, keep_opt_outs
from app.surveys.actions.moved_sessions import move_survey_session


@dataclass(frozen=True)
class NumberChange:
    """What became of a change: `needs_decision` says that a user has to decide about a STOP."""

    needs_decision: bool


def change_number(old_phone: str, new_phone: str, moment: datetime) -> NumberChange:
    """Let a person have a new number in place of an old one of theirs. Inside write().

    Their place in the community, registrations, groups and notes go with them; where the new
    number has them already, those stay and nothing is there twice. Texts stay under the number
    they were sent to; what waits leaves to the new number. Whether an opt-out of the old number
    holds for the new one is asked; a yes to texts is not carried over. Blasts that wait read their
    people when they are sent, so they follow. Raises NotFound when nobody has the old number.
    """
    person = find_person_of_phone(old_phone)
    if person is not None:
        _leave_former_owner(new_phone, person.id)
    change_phone(old_phone, new_phone, moment)
    move_person_data(old_phone, new_phone)
    # Before an opt-out is carried over: it skips what waits for the new number.
    move_queued_texts(old_phone, new_phone)
    erased_numbers.restore_erased_opt_outs([new_phone])
    needs_decision = carry_over_opt_outs(old_phone, new_phone, moment)
    if needs_decision:
        _hold_number(new_phone, moment)
    move_survey_session(old_phone, new_phone, moment)
    return NumberChange(needs_decision)


def _leave_former_owner(phone: str, person_id: int) -> None:
    """Take a number from somebody without a name who gave it up: they are not joined with it.

    Their other numbers would become those of whoever has it now. Who has a name is asked about.
    """
    other = find_person_of_phone(phone)
    if other and other.id != person_id and find_named_holder(phone, person_id) is None:
        release_given_up_phone(phone)


def _hold_number(phone: str, moment: datetime) -> None:
    ask_for_stop_decision(phone, moment)
    blast_control.skip_queued_messages(phone, SkipReason.MAYBE_STOP)


def move_person_data(old_phone: str, new_phone: str) -> None:
    """Bring a person's lists and notes from one of their numbers to another. Inside write()."""
    move_member(old_phone, new_phone)
    move_registrations(old_phone, new_phone)
    move_memberships(old_phone, new_phone)
    move_notes(old_phone, new_phone)
    move_check_ins(old_phone, new_phone)
    move_sequences(old_phone, new_phone)
    move_audience_person(old_phone, new_phone)


def add_number(person: PersonProfile, phone: str, kind: PhoneKind) -> None:
    """Give a person another number, after those they have. Inside write().

    Whoever had it without a name, such as somebody who texted from it, is joined with them.
    """
    _leave_former_owner(phone, person.id)
    other = find_person_of_phone(phone)
    if other is not None and other.id != person.id:
        join_people(person.id, other.id)
        move_person_data(phone, person.phone or phone)
    add_phone(person.id, phone, kind)
    # Somebody who was erased after a STOP and comes back is still opted out.
    erased_numbers.restore_erased_opt_outs([phone])


def make_number_first(person: PersonProfile, phone: str) -> None:
    """Let a number be the one that is texted; lists and notes go with it. Inside write().

    Raises NotFound when it is not theirs today.
    """
    make_phone_first(person.id, phone)
    if person.phone and person.phone != phone:
        move_person_data(person.phone, phone)


def remove_number(person: PersonProfile, phone: str) -> None:
    """Take a number away from a person. Inside write(). Raises NotFound when it is not theirs.

    What was texted to it stays, and has a page of its own then. What it said about texts held for
    the person: whether it still does is asked, as when a number is changed.
    """
    record = load_person_record(phone)
    is_known = bool(record.places or record.notes or count_phone_texts([phone]))
    is_current = any(number.phone == phone for number in person.current_phones)
    remove_phone(person.id, phone, is_known=is_known)
    moment = now()
    if is_current and person.phone and keep_opt_outs(phone, person.phone, moment):
        _hold_number(person.phone, moment)


def join_two_people(
    kept: PersonProfile, joined: PersonProfile, replaced_field_ids: Collection[int]
) -> None:
    """Make two people one, who is texted at the first number of `kept`. Inside write().

    Lists and notes of the other one go to that number; where it is there already, nothing is
    there twice. What either number said about texts holds for the person. `replaced_field_ids`:
    fields of which the other one's value counts.
    """
    join_people(kept.id, joined.id, replaced_field_ids)
    for record in joined.current_phones:
        move_person_data(record.phone, kept.phone or record.phone)
