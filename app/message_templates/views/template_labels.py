"""How pages show templates: as a made-up person reads them, and what their history says."""

from dataclasses import dataclass
from typing import NamedTuple

from app.core.clock import now
from app.core.local_formats import get_display_region, get_display_timezone
from app.domain.opt_outs.notice_templates import SETTINGS_REPLIES, find_standing_reply
from app.domain.texts.message_templates import append_footer
from app.domain.texts.segments import SegmentMeasurement, measure_segments
from app.domain.texts.template_purposes import PURPOSE_LABELS, TemplatePurpose
from app.domain.texts.template_samples import build_sample_values, fill_sample
from app.domain.texts.text_languages import name_language
from app.domain.time.local_times import get_local_date
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from app.message_templates.queries.template_records import TemplateTexts
from app.message_templates.views.blueprint import bp
from app.organisation import queries as organisation

# Texts to many people end with the opt-out line.
FOOTER_PURPOSES = frozenset({TemplatePurpose.BLAST, TemplatePurpose.REMINDER})


@dataclass(frozen=True)
class TemplatePreview:
    """A text of a template as a made-up person gets it, and its size."""

    version: MessageTemplateVersion
    language: str
    text: str
    size: SegmentMeasurement

    @property
    def segments(self) -> int:
        """How many segments it has with these values."""
        return self.size.segments


class HistoryEntry(NamedTuple):
    """One version in the history; `change` is what was done, "Changed Spanish"."""

    version: MessageTemplateVersion
    change: str
    is_current: bool


def list_previews(row: TemplateTexts) -> list[TemplatePreview]:
    """Return how each text of a template reads, the default language first."""
    today = get_local_date(get_display_timezone(), now())
    has_footer = row.template.purpose in FOOTER_PURPOSES
    lines = organisation.get_opt_out_lines()
    previews = []
    for version in row.texts.values():
        values = {
            **build_sample_values(today, get_display_region(), version.language),
            **organisation.get_text_values(),
        }
        footer = lines.choose(version.language) if has_footer else ""
        text = append_footer(fill_sample(version.body, values), footer)
        size = measure_segments(text)
        previews.append(TemplatePreview(version, name_language(version.language), text, size))
    return previews


def name_settings_language(template: MessageTemplate) -> str:
    """Return the language in which the settings page has this standing reply, "" for others."""
    if find_standing_reply(template.seed_key) not in SETTINGS_REPLIES:
        return ""
    return name_language(organisation.get_organisation_language())


@bp.app_template_filter()
def preview_template(row: TemplateTexts) -> TemplatePreview | None:
    """Return how the first text of a template reads, or None when it has none."""
    return next(iter(list_previews(row)), None)


@bp.app_template_filter()
def name_languages(row: TemplateTexts) -> str:
    """Return the languages of a template: "English, Spanish"."""
    return ", ".join(name_language(tag) for tag in row.texts)


@bp.app_template_filter()
def name_purpose(template: MessageTemplate) -> str:
    """Return what a template is for: "Blasts"."""
    return PURPOSE_LABELS[template.purpose]


def build_history(row: TemplateTexts, versions: list[MessageTemplateVersion]) -> list[HistoryEntry]:
    """Return what was done to the texts of a template; `versions` are the newest first."""
    current_ids = {version.id for version in row.texts.values()}
    bodies: dict[str, str] = {}
    entries = []
    for version in reversed(versions):
        language = name_language(version.language)
        if not version.body:
            change = f"Removed {language}"
        else:
            verb = "Changed" if bodies.get(version.language) else "Added"
            change = f"{verb} {language}"
        bodies[version.language] = version.body
        entries.append(HistoryEntry(version, change, version.id in current_ids))
    return entries[::-1]
