"""What one line of the file of opt-outs says: what holds for a number since a change.

A line is the whole state of its number, so the last line of a number is all that counts.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any

SECONDS_LENGTH = len("2026-11-28 12:00:00")


# With slots, as below: the start reads the lines of 100,000 people.
@dataclass(frozen=True, slots=True)
class ListedState:
    """What keeps texts from a number. Times are as the database writes them.

    `listed`: (source, since, end) of the entry on the do-not-text list; `behind`: the pause whose
    place it took; `topics`: (id, folded name, source) of each topic that was left; `gone_topics`:
    folded names of deleted ones.
    """

    listed: tuple[str, str, str | None] | None = None
    behind: tuple[str, str, str | None] | None = None
    topics: tuple[tuple[int, str, str], ...] = ()
    gone_topics: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing keeps texts from the number."""
        return self == EMPTY_STATE


EMPTY_STATE = ListedState()


def merge_states(first: ListedState, second: ListedState) -> ListedState:
    """Return what keeps texts from a number when both may hold: the order is not known.

    An opt-out counts more than a pause, else `first` more than `second`.
    """
    listed = first.listed or second.listed
    if listed and listed[2] and second.listed and second.listed[2] is None:
        listed = second.listed
    names = {name for _, name, _ in first.topics}
    topics = tuple(topic for topic in second.topics if topic[1] not in names)
    gone_topics = tuple(sorted({*first.gone_topics, *second.gone_topics}))
    behind = first.behind or second.behind
    return ListedState(listed, behind, (*first.topics, *topics), gone_topics)


@dataclass(frozen=True, slots=True)
class StopLine:
    """One line. `position`: of the count in the database when it was true; `at`: then (UTC, ISO).

    `method`: how the number's newest consent event was said.
    """

    position: int
    at: str
    phone: str
    state: ListedState
    method: str | None = None


def is_newer_opt_out(state: ListedState, line: StopLine) -> bool:
    """Whether the database has an opt-out from after the line, so that no line takes it back.

    Another version of the program, or another hand, wrote it without a line.
    """
    if state.listed is None or state.listed[2] is not None:
        return False
    return state.listed[1][:SECONDS_LENGTH] > line.at[:SECONDS_LENGTH].replace("T", " ")


def format_stop_line(line: StopLine) -> str:
    """Return the JSON of a line, without its line end. What is empty is left out."""
    values: dict[str, Any] = {"n": line.position, "at": line.at, "phone": line.phone}
    state = line.state
    for name, value in (
        ("listed", state.listed),
        ("behind", state.behind),
        ("topics", state.topics),
        ("gone", state.gone_topics),
        ("method", line.method),
    ):
        if value:
            values[name] = value
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def parse_stop_line(text: str) -> StopLine | None:
    """Return what a line says; None for one that was torn or is none."""
    try:
        values = json.loads(text)
        state = ListedState(
            _read_entry(values.get("listed")),
            _read_entry(values.get("behind")),
            tuple(
                (int(id), str(name), str(source)) for id, name, source in values.get("topics", ())
            ),
            tuple(map(str, values.get("gone", ()))),
        )
        method = values.get("method")
        return StopLine(
            int(values["n"]),
            # Few are different: each is kept once.
            sys.intern(str(values["at"])),
            str(values["phone"]),
            state,
            None if method is None else sys.intern(str(method)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _read_entry(value: Any) -> tuple[str, str, str | None] | None:
    if not value:
        return None
    source, since, end = value
    return sys.intern(str(source)), str(since), end
