"""What the router decides about an inbound text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.delivery.message_statuses import MessageKind
from app.domain.texts.inbound_text import HandlerResult

STORED_VERDICT = "stored"
# The code of an approval from an admin's phone: no conversation, and no answer to a blast.
APPROVAL_VERDICT = "approval"


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """What becomes of an inbound text.

    `verdict` is stored with its webhook event. `attention_reason`: None when nobody has to look,
    "" when a person should read it, else why: unclear, maybe_stop, wants_back, flood.

    `replies` are texted in this order, as messages of `reply_kind`, to `recipient_name` or else to
    the name that is known of the phone. `ignores_limits`: they are sent however many replies the
    number got, and although it has opted out (the confirmation of a STOP). `template_versions`:
    of a reply with the words of a template its version, by what is texted.
    """

    verdict: str
    attention_reason: str | None = None
    replies: Sequence[str] = ()
    reply_kind: MessageKind = MessageKind.SYSTEM
    recipient_name: str | None = None
    ignores_limits: bool = False
    template_versions: Mapping[str, int] = field(default_factory=dict)


# Nothing has taken the text: a person reads it.
DECISION_FOR_PERSON = RoutingDecision(STORED_VERDICT, attention_reason="")


def build_handler_decision(result: HandlerResult, reply_kind: MessageKind) -> RoutingDecision:
    """Return the decision that a handler's result amounts to."""
    return RoutingDecision(
        result.verdict,
        attention_reason=result.needs_person or None,
        replies=result.replies,
        reply_kind=reply_kind,
        template_versions=result.template_versions,
    )
