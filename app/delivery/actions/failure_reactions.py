"""What follows from a failure beyond its own message: for the person, and for the sender."""

from sqlalchemy import and_

from app.delivery.actions import blast_control, breaker_actions
from app.delivery.actions.claim_skips import skip_texts_to_number
from app.delivery.actions.number_fallback import text_next_number
from app.delivery.actions.refused_returns import report_refused_return
from app.delivery.models import message_logs
from app.delivery.queries import recent_results
from app.delivery.sql.status_updates import UpdatedMessage
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.dead_numbers import is_dead_number
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import is_e164
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable


def react_to_failure(
    message: UpdatedMessage, error_code: CarrierErrorCode, phase: str = "create"
) -> None:
    """Suppress a number that opted out or does not work, and stop what would meet a fault of ours.

    A text of a blast that a number refused for good follows to the person's next number.

    `phase`: "create" when the carrier refused the message, "delivery" when a receipt told of it.
    Nobody is ever deleted. Inside write().
    """
    is_dead = _suppress_phone(message, error_code)
    breaker_actions.react_for_sender(message, error_code, phase)
    text_next_number(message, error_code, is_dead=is_dead)


def pause_blasts_of_sender(sender: str, carrier: str, error_code: CarrierErrorCode) -> None:
    """Pause every running blast of a sender for a fault that is no single message's."""
    breaker_actions.pause_and_alert(
        and_(message_logs.c.sender == sender, message_logs.c.carrier == carrier),
        error_code,
        "create",
    )


def _suppress_phone(message: UpdatedMessage, error_code: CarrierErrorCode) -> bool:
    """Suppress the number where the failure demands it; return whether it counts as invalid now."""
    if not is_e164(message.phone):  # the person was erased meanwhile
        return False
    if error_code.blame == Blame.CONSENT:
        report_refused_return(message.phone)
        record_opt_out(message.phone, source="message_failure", reason=error_code.description)
        blast_control.skip_queued_messages(message.phone, SkipReason.SAID_STOP)
    elif error_code.strikes and _is_dead_number(message, error_code):
        mark_number_undeliverable(
            message.phone,
            reason=_describe_dead_number(error_code),
            log_id=message.message_log_id,
        )
        skip_texts_to_number(message.phone, SkipReason.NUMBER_DEAD)
        return True
    return False


def _describe_dead_number(error_code: CarrierErrorCode) -> str:
    if error_code.strikes == 1:
        return error_code.description
    return f"{error_code.description} This happened in {error_code.strikes} blasts in a row."


def _is_dead_number(message: UpdatedMessage, error_code: CarrierErrorCode) -> bool:
    """Whether the same failure came in as many blasts in a row as the code demands."""
    if error_code.strikes == 1:
        return True
    return is_dead_number(
        recent_results.list_phone_history(message.phone, message.carrier),
        error_code.code,
        error_code.strikes,
        error_code.strike_days,
    )
