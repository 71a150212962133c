"""Writes figures in the text format that Prometheus reads.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "smsadmin_"


@dataclass(frozen=True)
class Sample:
    """One figure, with what tells it from the others of its metric."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """A named figure. `kind`: gauge goes up and down, counter only up until a restart."""

    name: str
    kind: str
    meaning: str
    samples: list[Sample]


def write_metrics(metrics: Iterable[Metric]) -> str:
    """Return the text of these metrics; one without samples is left out."""
    lines = []
    for metric in metrics:
        if metric.samples:
            name = f"{PREFIX}{metric.name}"
            lines.append(f"# HELP {name} {metric.meaning}")
            lines.append(f"# TYPE {name} {metric.kind}")
            for sample in metric.samples:
                lines.append(f"{name}{_write_labels(sample.labels)} {_write_value(sample.value)}")
    return "\n".join([*lines, ""])


def _write_labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escape(value)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _write_value(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"
