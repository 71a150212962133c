"""The segments of a text that is being written, for the people who read its language."""

from dataclasses import dataclass, replace

from app.blasts.queries.audience_counts import AudienceCounts
from app.domain.delivery.language_texts import LanguageTexts
from app.domain.delivery.segment_forecast import SegmentForecast, forecast_segments


@dataclass(frozen=True)
class TextForecaster:
    """The texts of a blast that can be filled in, and the people who read each of them."""

    texts: LanguageTexts
    counts: AudienceCounts
    field_names: tuple[str, ...]
    plain_names: bool

    def forecast(
        self, tag: str | None, body: str | None = None, *, plain_names: bool | None = None
    ) -> SegmentForecast:
        """Return the forecast of one text for its readers, first texts among them.

        `body`, `plain_names`: what it would be with those instead of its own.
        """
        text = self.texts[tag]
        if body is not None:
            text = replace(text, body=body)
        plain = self.plain_names if plain_names is None else plain_names
        return forecast_segments(
            (
                groups,
                text.build_writer(
                    is_introduction=kind.is_introduction,
                    plain_names=plain,
                    field_names=self.field_names,
                ),
            )
            for kind, groups in self.counts.groups.items()
            if kind.language == tag
        )
