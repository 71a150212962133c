"""Who said yes and who said no: every word has its line, no line is changed, and where a yes is
demanded it counts.
"""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.blasts.queries.audience import render_draft
from app.core.db import db, write
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.skip_reasons import SkipReason
from app.imports.models import Import, ImportRow
from app.imports.queries.import_slices import ImportSlice
from app.imports.queries.imported_phones import select_new_phones, select_readable_phones
from app.organisation import queries as organisation
from app.suppression.actions.consent_events import (
    add_consent_event,
    grant_consent,
    grant_import_consent,
    revert_import_consent,
    withdraw_import_consent,
)
from app.suppression.actions.opt_outs import add_manual_opt_out, lift_opt_outs, record_opt_out
from app.suppression.actions.suppression_removal import remove_suppression_entry
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import (
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    SuppressionCategory,
    UnsubscribedContact,
)
from app.suppression.queries.consent_history import (
    CONSENT_ACT_LABELS,
    CONSENT_METHOD_LABELS,
    find_last_consent_act,
    list_consent_history,
)
from app.suppression.queries.sending_permission import (
    find_suppression_reason,
    find_suppression_reasons,
)
from tests import sample_rows
from tests.sample_people import LEO, MAX, MIA, ZOE

DRAFT = BlastDraft("Hi", None, BlastTarget.COMMUNITY, None, "UTC")


def list_events(phone=ZOE):
    """(act, method, evidence, actor) of every line about a number, the oldest first."""
    line = ConsentEvent
    rows = (
        select(line.act, line.method, line.evidence, line.actor)
        .where(line.phone == phone)
        .order_by(line.id)
    )
    return [tuple(row) for row in db.session.execute(rows)]


def demand_a_yes():
    """Ada switches "Only people with a recorded yes" on."""
    with write():
        organisation.get_organisation().consent_required = True


def grant_consent_of(*phones):
    """A yes on paper."""
    with write():
        for phone in phones:
            assert grant_consent(phone, ConsentMethod.FORM, "The form at the door", "ada")


def store_import(*rows):
    """An import with these (phone, verdict) rows; gives its id."""
    with write() as session:
        session.add(upload := Import(created_by="ada", file_name="people.csv"))
        session.flush()
        session.add_all(
            ImportRow(import_id=upload.id, line=n, phone=phone, verdict=verdict)
            for n, (phone, verdict) in enumerate(rows, 2)
        )
        return upload.id


class TestEveryPathWritesItsLine:
    @pytest.mark.parametrize(
        ("source", "method"),
        [
            ("inbound", "stop"),
            ("message_failure", "carrier"),
            ("import", "import"),
            ("manual", "admin"),
            ("community", "admin"),
            ("event:3", "admin"),
        ],
    )
    def test_an_opt_out(self, shop, source, method):
        with write():
            record_opt_out(ZOE, source=source, reason="Texted: Stop", actor="ada")
        assert list_events() == [("withdrawn", method, "Texted: Stop", "ada")]

    def test_the_same_note_again_is_no_news_but_their_own_stop_is_proof_once_more(self, shop):
        with write():
            record_opt_out(ZOE, source="import")
            record_opt_out(ZOE, source="import")
            record_opt_out(ZOE, source="message_failure")
            record_opt_out(ZOE, source="inbound", reason="Texted: STOP")
            record_opt_out(ZOE, source="inbound", reason="Texted: stop it")
        assert [line[1:3] for line in list_events()] == [
            ("import", None),
            ("stop", "Texted: STOP"),
            ("stop", "Texted: stop it"),
        ]

    def test_start_after_stop_is_a_return_and_without_one_a_first_yes(self, shop):
        with write():
            record_opt_out(ZOE, source="inbound", reason="Texted: STOP")
            assert lift_opt_outs(ZOE, evidence="Texted: START")
            assert not lift_opt_outs(LEO, evidence="Texted: start")
        assert list_events()[1:] == [("returned", "start", "Texted: START", None)]
        assert list_events(LEO) == [("granted", "start", "Texted: start", None)]

    def test_by_hand_onto_the_list_and_off_it(self, shop):
        with write():
            row = add_manual_opt_out("Max", MAX, "Asked at the door", "ada")
            remove_suppression_entry("unsubscribed", row.id, "bea")
        assert list_events(MAX) == [
            ("withdrawn", "admin", "Asked at the door", "ada"),
            ("returned", "admin", "Removed from the do-not-text list", "bea"),
        ]

    def test_an_opt_out_on_the_other_list_is_returned_too(self, shop):
        sample_rows.add_dead_number(ZOE, SuppressionCategory.OPT_OUT)
        with write():
            remove_suppression_entry("suppressed", 1, "ada")
        assert [line[0] for line in list_events()] == ["returned"]

    def test_a_number_that_does_not_work_is_no_matter_of_consent(self, shop):
        with write():
            mark_number_undeliverable(ZOE, reason="no such number")
            remove_suppression_entry("suppressed", 1, "ada")
        assert list_events() == []

    def test_a_yes_on_paper_has_its_evidence_and_who_wrote_it_down(self, shop):
        grant_consent_of(ZOE)
        assert list_events() == [("granted", "form", "The form at the door", "ada")]

    def test_a_yes_from_elsewhere_does_not_outweigh_a_stop(self, shop):
        sample_rows.add_opt_out(ZOE)
        with write():
            assert not grant_consent(ZOE, ConsentMethod.FORM, "A form", "ada")
        assert list_events() == []

    def test_what_is_rolled_back_leaves_neither_opt_out_nor_line(self, shop):
        record_opt_out(ZOE, source="inbound")
        assert len(list_events()) == 1
        db.session.rollback()
        assert list_events() == []
        assert find_suppression_reason(ZOE) is None

    def test_the_page_writes_its_own(self, app, visit):
        with app.app_context(), write():
            record_opt_out(LEO, source="import")
        visit("/suppression/add", "ada", name="", phone=MIA, reason="By letter")
        visit.post("/suppression/unsubscribed/1/delete", "ada")
        with app.app_context():
            assert list_events(MIA) == [("withdrawn", "admin", "By letter", "ada")]
            assert list_events(LEO)[1][::3] == ("returned", "ada")


class TestAnImport:
    def test_writes_down_the_yes_of_its_readable_rows_once(self, shop):
        grant_consent_of(LEO)
        sample_rows.add_opt_out(MIA)
        upload = store_import(
            (ZOE, "new"),
            (LEO, "same"),
            (MIA, "new"),
            (ZOE, "repeated"),
            ("12", "bad"),
            (MAX, "same"),
        )
        with write():
            assert (
                grant_import_consent(
                    select_readable_phones(ImportSlice(upload)),
                    upload,
                    "Signed at the summer party",
                    "ada",
                )
                == 2
            )
            assert (
                grant_import_consent(
                    select_readable_phones(ImportSlice(upload)),
                    upload,
                    "Signed at the summer party",
                    "ada",
                )
                == 0
            )
        assert (
            list_events()
            == list_events(MAX)
            == [("granted", "import", "Signed at the summer party", "ada")]
        )
        assert list_events(MIA) == []
        assert len(list_events(LEO)) == 1

    def test_that_is_undone_takes_its_yes_back_but_not_what_they_said_since(self, shop):
        upload = store_import((ZOE, "new"), (LEO, "new"))
        with write():
            grant_import_consent(select_readable_phones(ImportSlice(upload)), upload, None, "ada")
            lift_opt_outs(LEO, evidence="Texted: START")
            # A pause, and a word about one topic, say nothing about consent.
            for scope in ("pause", "topic:1"):
                add_consent_event(ZOE, ConsentAct.RETURNED, ConsentMethod.TEXT, None, None, scope)
            assert revert_import_consent(upload, "The import was undone", "ada") == 1
            assert revert_import_consent(upload, "The import was undone", "ada") == 0
        assert list_events()[-1] == ("withdrawn", "import", "The import was undone", "ada")
        assert find_last_consent_act(LEO) == "returned"

    def test_onto_the_do_not_text_list_writes_a_line_for_each_and_undone_a_return(self, shop):
        grant_consent_of(ZOE)
        upload = store_import(
            (ZOE, "new"), (LEO, "same"), (MIA, "new"), (MAX, "new"), ("12", "bad")
        )
        with write() as session:
            record_opt_out(LEO, source="inbound", reason="Texted: STOP")
            session.add_all(
                UnsubscribedContact(phone=phone, source="import") for phone in (ZOE, MIA, MAX)
            )
            session.flush()
            assert withdraw_import_consent(
                select_new_phones(ImportSlice(upload)), upload, "ada"
            ) == [
                ZOE,
                MIA,
                MAX,
            ]
        assert (
            list_events()[1:]
            == list_events(MIA)
            == list_events(MAX)
            == [("withdrawn", "import", None, "ada")]
        )
        assert len(list_events(LEO)) == 1
        with write() as session:
            session.execute(text("DELETE FROM unsubscribed_contacts WHERE source = 'import'"))
            record_opt_out(MIA, source="inbound", reason="Texted: STOP")
            assert revert_import_consent(upload, "The import was undone", "ada") == 1
            assert revert_import_consent(upload, "The import was undone", "ada") == 0
        assert list_events()[-1] == ("returned", "import", "The import was undone", "ada")
        assert (
            find_last_consent_act(MIA) == find_last_consent_act(MAX) == "withdrawn"
        )  # Max never said yes


class TestNothingIsEverChanged:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE consent_events SET act = 'granted'",
            "UPDATE consent_events SET phone = '+13035550199'",
            "UPDATE consent_events SET at = '2020-01-01 00:00:00'",
            "DELETE FROM consent_events",
        ],
    )
    def test_the_database_itself_refuses(self, shop, statement):
        with write():
            record_opt_out(ZOE, source="inbound", reason="Texted: STOP")
        before = list_events()
        with pytest.raises(IntegrityError, match="append-only"), write() as session:
            session.execute(text(statement))
        assert list_events() == before

    def test_an_erasure_may_put_a_mark_in_place_of_the_number(self, shop):
        with write() as session:
            record_opt_out(ZOE, source="inbound", reason="Texted: STOP")
            session.execute(text("UPDATE consent_events SET phone = '#1', evidence = NULL"))
        assert list_events("#1") == [("withdrawn", "stop", None, None)]


class TestWhereAYesIsDemanded:
    def test_the_last_word_counts(self, shop):
        demand_a_yes()
        with write():
            grant_consent(ZOE, ConsentMethod.FORM, "Form", "ada")
            record_opt_out(LEO, source="inbound")
            lift_opt_outs(LEO, evidence="Texted: START")
            record_opt_out(MIA, source="inbound")
        assert find_suppression_reasons([ZOE, LEO, MIA, MAX]) == {
            MIA: SkipReason.SAID_STOP,
            MAX: SkipReason.NO_CONSENT,
        }

    def test_the_check_names_who_has_not_agreed(self, shop):
        for phone in (ZOE, LEO):
            sample_rows.add_member(phone)
        grant_consent_of(ZOE)
        demand_a_yes()
        checked = render_draft(DRAFT)
        assert [each.phone for each in checked.sendable_texts] == [ZOE]
        assert checked.skip_reason_counts == {SkipReason.NO_CONSENT: 1}

    def test_without_the_setting_nobody_is_asked(self, shop):
        sample_rows.add_member(ZOE)
        assert render_draft(DRAFT).skip_reason_counts == {}

    def test_every_page_that_shows_them_says_so(self, app, visit):
        with app.app_context():
            sample_rows.add_member(ZOE, "Zoe")
            demand_a_yes()
        assert "Has not agreed to texts" in visit("/community", "ada").words


def test_the_history_of_a_number_is_told_in_words_the_newest_first(shop):
    grant_consent_of(ZOE)
    with write():
        record_opt_out(ZOE, source="inbound", reason="Texted: STOP")
        lift_opt_outs(ZOE, evidence="Texted: START")
    assert [
        (word.act_label, word.method_label, word.evidence, word.actor)
        for word in list_consent_history(ZOE)
    ] == [
        ("Opted back in", "by text", "Texted: START", None),
        ("Opted out", "by text", "Texted: STOP", None),
        ("Agreed to texts", "on a form", "The form at the door", "ada"),
    ]
    assert list_consent_history(LEO) == []


def test_every_act_and_method_has_words():
    assert set(CONSENT_ACT_LABELS) == set(ConsentAct)
    assert set(CONSENT_METHOD_LABELS) == set(ConsentMethod)


def test_that_an_admin_takes_an_entry_off_is_no_yes_of_the_person(shop):
    with write() as session:
        organisation.get_organisation().consent_required = True
        for act, method in (
            ("granted", "form"),
            ("withdrawn", "admin"),
            ("returned", "admin"),
        ):
            session.add(ConsentEvent(phone=ZOE, act=act, method=method))
    assert find_suppression_reason(ZOE) == SkipReason.NO_CONSENT
