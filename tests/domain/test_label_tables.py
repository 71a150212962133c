"""Every skip reason and role has a label."""

from app.domain.accounts.roles import ROLE_LABELS, Role
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason


def test_every_reason_and_role_has_a_label():
    assert set(SKIP_REASON_LABELS) == set(SkipReason)
    assert all(what and advice.endswith(".") for what, advice in SKIP_REASON_LABELS.values())
    assert set(ROLE_LABELS) == set(Role)
    assert Role.SOCIAL_MANAGER.label == "Social manager"
