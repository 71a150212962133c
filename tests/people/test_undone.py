"""An import onto the do-not-text list is undone: its people may be texted as before."""

from io import BytesIO

from app.core.db import write
from app.domain.delivery.skip_reasons import SkipReason
from app.organisation import queries as organisation
from app.suppression import actions, queries
from tests.cast import LEO, ZOE


def test_an_undone_import_of_opt_outs_is_a_return_in_the_ledger(app, visit):
    with app.app_context(), write():
        organisation.get_organisation().consent_required = True
        actions.grant_consent(ZOE, "form", "On paper", "ada")
    sheet = BytesIO(f"name,phone\nZoe,{ZOE}\nLeo,{LEO}\n".encode())
    address = visit("/suppression/import", "ada", files={"file": (sheet, "gone.csv")}).location
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        assert set(queries.find_suppression_reasons([ZOE, LEO]).values()) == {SkipReason.SAID_STOP}
        assert queries.find_last_consent_act(ZOE) == "withdrawn"
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        assert queries.find_suppression_reasons([ZOE, LEO]) == {
            LEO: SkipReason.NO_CONSENT
        }  # as before
        assert [word.act_label for word in queries.list_consent_history(ZOE)][:2] == [
            "Agreed to texts again",
            "Wants no more texts",
        ]
