"""People who ask for texts again, and when the do-not-text list may open for them.

Twilio delivers again only after one of its own words alone (START, UNSTOP, YES). After any other
("Start.", RESUBSCRIBE) it still refuses our texts: the list stays closed, and the conversation
says what to tell them.
"""

from app.domain.opt_outs.opt_out_detection import asks_for_texts_again
from app.domain.texts.text_intent import is_twilio_opt_in
from app.suppression.queries.sending_permission import has_opted_out
from app.webhooks.actions.routing_decision import RoutingDecision

WANTS_BACK_REASON = "wants_back"
WANTS_BACK_DECISION = RoutingDecision("wants_back", attention_reason=WANTS_BACK_REASON)


def must_text_start(
    phone: str,
    carrier: str,
    twilio_opt_out_type: str,
    body: str,
) -> bool:
    """Whether this number has opted out, and the carrier will go on refusing our texts to it."""
    if carrier != "twilio" or twilio_opt_out_type or is_twilio_opt_in(body):
        return False
    return has_opted_out(phone)


def is_asking_for_texts_again(phone: str, words: str) -> bool:
    """Whether somebody who has opted out asks for texts again in other words than START."""
    return asks_for_texts_again(words) and has_opted_out(phone)
