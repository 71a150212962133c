"""What the engine gets of the pipeline: the functions of its InboundIntake."""

from flask import Flask

from app.delivery.engine.inbound_intake import InboundIntake
from app.webhooks.pipeline.kept_texts import get_journal, store_kept_texts
from app.webhooks.pipeline.listed_texts import find_leaving_phones, store_listed_texts


def build_inbound_intake(app: Flask) -> InboundIntake:
    """Return the functions by which the engine has texts stored and routed."""
    with app.app_context():
        journal = get_journal()
    return InboundIntake(
        has_kept_texts=lambda: not journal.is_empty,
        store_kept_texts=store_kept_texts,
        store_listed_texts=store_listed_texts,
        find_leaving_phones=find_leaving_phones,
    )
