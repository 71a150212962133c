"""The blueprint of sequences, and what all its views need."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.sequences.models import Sequence
from app.sequences.queries.sender_limit_problems import find_limit_problem
from app.sequences.queries.sequence_permission import find_sequence_problem
from app.sequences.queries.sequence_records import find_sequence

bp = Blueprint("sequences", __name__, url_prefix="/sequences")
CHANGED_MEANWHILE = "It changed in this moment. Look at the page and try again."


def get_sequence_or_404(sequence_id: int) -> Sequence:
    """Return the sequence of the address, or abort."""
    return find_sequence(sequence_id) or abort(404)


def find_problem_for_user(sequence: Sequence) -> str:
    """Return why the user cannot change a sequence, "" when they can."""
    return find_sequence_problem(sequence, current_user.role)


def redirect_to_sequence(sequence_id: int) -> ResponseReturnValue:
    """Lead to the page of a sequence after something was done."""
    return redirect(url_for("sequences.show_sequence", sequence_id=sequence_id), 303)


def refuse_change(sequence: Sequence) -> ResponseReturnValue | None:
    """Lead back to the page with the reason why the user cannot change it; None where they can."""
    if problem := find_problem_for_user(sequence):
        flash(problem, "error")
        return redirect_to_sequence(sequence.id)
    return None


def refuse_limited_sender(sequence: Sequence) -> ResponseReturnValue | None:
    """Lead back with the reason why the user's sending limit forbids it; None where it does not."""
    if problem := find_limit_problem(sequence, current_user):
        flash(problem, "error")
        return redirect_to_sequence(sequence.id)
    return None
