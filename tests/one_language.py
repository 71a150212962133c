"""Rendering a blast of one language, as most tests of texts need it."""

from collections.abc import Iterable, Mapping

from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    render_in_languages,
)
from app.domain.delivery.language_texts import LanguageText
from app.domain.texts.template_fields import NO_FILLING, FieldFilling


def render_blast_texts(
    audience: Iterable[BlastRecipient],
    template: str,
    footer: str | None,
    event_values: Mapping[str, str] | None = None,
    *,
    plain_names: bool = False,
    filling: FieldFilling = NO_FILLING,
) -> RenderedBlast:
    """Render a blast of one language; `footer`: the opt-out line, None for none."""
    text = LanguageText(template, footer, event_values or {})
    return render_in_languages(audience, {None: text}, plain_names=plain_names, filling=filling)
