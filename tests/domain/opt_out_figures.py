"""`python -m tests.domain.opt_out_figures`: the figures of docs/opt-outs.md, from every list."""

import codecs
import re
import sys
from pathlib import Path

from app.domain.texts.text_intent import TextIntent, classify_text

HEAD = (
    "| list | requests at least likely | speech left alone | speech out at once |",
    "|---|---|---|---|",
)
DATA = Path(__file__).parents[1] / "data"
ESCAPED = re.compile(r"\\n|\\u[0-9a-f]{4}")
SPEECH_LABELS = {"STAY", "speech"}


def rows(name):
    """The rows of a file of wordings, each a list of columns; the wording is the last."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    found = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for row in found:
        row[-1] = ESCAPED.sub(lambda match: codecs.decode(match[0], "unicode_escape"), row[-1])
    return found


def describe_list(name: str) -> str:
    """Return a row of a table: how many requests are at least likely, what became of speech."""
    read = [(row[0], classify_text(row[-1])) for row in rows(name)]
    requests = [intent for label, intent in read if label not in SPEECH_LABELS]
    speech = [intent for label, intent in read if label in SPEECH_LABELS]
    found = len(requests) - requests.count(TextIntent.CONVERSATION)
    alone = speech.count(TextIntent.CONVERSATION)
    return (
        f"| `{name}` | {found:,} of {len(requests):,} | {alone:,} of {len(speech):,}"
        f" | {speech.count(TextIntent.OPT_OUT)} |"
    )


def main() -> None:
    """Print one row for each list of wordings."""
    names = sorted(path.name for path in [*DATA.glob("opt_out*.tsv"), DATA / "stay_wordings.tsv"])
    sys.stdout.writelines(f"{line}\n" for line in [*HEAD, *map(describe_list, names)])


if __name__ == "__main__":
    main()
