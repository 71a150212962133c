"""Playing the people's phones.

Called inside act(); what a phone writes goes in through the real webhook afterwards.
"""

from app.sandbox.actions.crowd import Part, crowd_answers
from app.sandbox.actions.phones import everybody_works, set_mood, write_back

__all__ = ["Part", "crowd_answers", "everybody_works", "set_mood", "write_back"]
