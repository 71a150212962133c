"""An import onto the do-not-text list is undone: its people may be texted as before."""

from io import BytesIO

from app.core.db import write
from app.domain.delivery.skip_reasons import SkipReason
from app.organisation import queries as organisation
from app.suppression.actions.consent_events import grant_consent
from app.suppression.queries.consent_history import find_last_consent_act, list_consent_history
from app.suppression.queries.sending_permission import find_suppression_reasons
from tests.sample_people import LEO, ZOE


def test_an_undone_import_of_opt_outs_is_a_return_in_the_ledger(app, visit):
    with app.app_context(), write():
        organisation.get_organisation().consent_required = True
        grant_consent(ZOE, "form", "On paper", "ada")
    sheet = BytesIO(f"name,phone\nZoe,{ZOE}\nLeo,{LEO}\n".encode())
    address = visit("/suppression/import", "ada", files={"file": (sheet, "gone.csv")}).location
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        assert set(find_suppression_reasons([ZOE, LEO]).values()) == {SkipReason.SAID_STOP}
        assert find_last_consent_act(ZOE) == "withdrawn"
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        assert find_suppression_reasons([ZOE, LEO]) == {LEO: SkipReason.NO_CONSENT}  # as before
        assert [word.act_label for word in list_consent_history(ZOE)][:2] == [
            "Opted back in",
            "Opted out",
        ]
