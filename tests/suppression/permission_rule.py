"""The permission rule in Python: what the SQL of sending_permission.py must agree with."""

from app.domain.delivery.skip_reasons import SkipReason


def expect_skip_reason(
    unsubscribed, suppressed_category, *, maybe_stop=False, consent_required=False, last_word=None
):
    """Return why a number must not be texted, None when it may.

    `maybe_stop`: it texted what may mean STOP, and nobody has decided. `last_word`: the newest
    act in the consent history (granted, withdrawn, returned), None when there is none.
    """
    if unsubscribed or suppressed_category == "opt_out":
        return SkipReason.SAID_STOP
    if suppressed_category == "hard_fail":
        return SkipReason.NUMBER_DEAD
    if maybe_stop:
        return SkipReason.MAYBE_STOP
    if consent_required and last_word not in ("granted", "returned"):
        return SkipReason.NO_CONSENT
    return None
