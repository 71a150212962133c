"""The texts about an approval: what an admin is asked, and what their code is answered with."""

import re
from dataclasses import dataclass

from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units

CODE_DIGITS = 6
# "482913", "482 913", "482913." and "No 482913": nothing else is a decision, so that no other
# words of an admin are ever taken for one.
_ANSWER = re.compile(
    r"\W*(?:(?P<no>no|decline|reject)\W+)?(?P<first>\d{3})[ \-]?(?P<last>\d{3})"
    r"(?:\W+(?P<reason>\w.*))?\W*",
    re.IGNORECASE | re.DOTALL,
)
_CODE_LINE = re.compile(r"\AReply \d{6} to approve: ")
HIDDEN_CODE_LINE = "Reply with a code to approve: "
CUT_MARK = "…"
MAX_REASON_LENGTH = 300


@dataclass(frozen=True)
class CodeAnswer:
    """A text that is a code: it approves, or declines with a reason, which may be empty."""

    code: str
    is_approval: bool
    reason: str = ""


def parse_code_answer(text: str) -> CodeAnswer | None:
    """Return what a text with a code decides; None for every other text."""
    match = _ANSWER.fullmatch(text.strip())
    if match is None:
        return None
    code = match["first"] + match["last"]
    if match["no"]:
        return CodeAnswer(code, is_approval=False, reason=(match["reason"] or "").strip())
    # More words after a code may mean anything, "wait" too.
    return None if match["reason"] else CodeAnswer(code, is_approval=True)


def write_request_text(
    code: str, people: int, cost: str, sender: str, sample: str, other_texts: int = 0
) -> str:
    """Return what an admin's phone gets: the code, the figures, and the text as it is read.

    `cost`: as pages show it, or segments while no price is set. `sample` is cut where both are
    longer than a text may be. `other_texts`: in how many other languages it is sent.
    """
    number = pluralize(people, "person", "people")
    head = f"Reply {code} to approve: {number}, {cost}, by {sender}."
    # The code approves these too, so whoever reads one of them must know.
    if other_texts:
        head += f" Its page has {pluralize(other_texts, 'more text')} in other languages."
    head += "\n\n"
    free_units = MAX_MESSAGE_CHARACTERS - count_utf16_units(head)
    if count_utf16_units(sample) > free_units:
        # Half, because some characters have two units.
        sample = sample[: free_units // 2 - 1] + CUT_MARK
    return head + sample


def hide_approval_code(body: str) -> str:
    """Return a text of ours as pages show it: its code is for the reader of its phone alone."""
    return _CODE_LINE.sub(HIDDEN_CODE_LINE, body)
