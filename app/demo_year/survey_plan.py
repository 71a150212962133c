"""Who answers the two surveys, and what."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from app.demo_year.blast_texts import DemoBlast, Mood
from app.demo_year.demo_acts import record_demo_act
from app.demo_year.people import DemoMember
from app.demo_year.programme import (
    PANTRY_WELCOME,
    SUPPER_KEYWORD,
    SUPPER_QUESTIONS,
    SUPPER_SURVEY_NAME,
    SUPPER_THANKS,
    SUPPER_TITLE,
    SUPPER_WELCOME,
)
from app.demo_year.simulation import Simulation
from app.events.actions.demo_events import find_event_id_by_title
from app.surveys.actions import surveys

PANTRY_BLAST = DemoBlast(-72, "11:20", "grace", Mood.QUIET, "Pantry survey", PANTRY_WELCOME)
PANTRY_ANSWERS = (
    ("1", "2", "More rice please"),
    ("Good", "friday", "nothing, thank you"),
    ("very good", "1", "Baby food"),
    ("2", "Saturday", "Fresh fruit"),
    ("So-so", "3", "Halal meat"),
    ("1", "Friday", "Coffee!"),
    ("good", "tuesday", "Diapers size 4"),
    ("very good", "friday"),
    ("4", "Saturday", "The line was very long"),
)
SUPPER_ANSWERS = (
    ("yes", "2", "Bread"),
    ("yes", "4", "soup"),
    ("👍", "1", "4"),
    ("no",),
    ("yes", "3", "Dessert"),
    ("yes", "2"),
    ("yes", "5", "1"),
    ("yes", "we are two adults and three kids", "5", "2"),
)
PANTRY_PEOPLE = range(6, 132, 3)
SUPPER_PEOPLE = range(2, 96, 4)
SECONDS_BETWEEN_ANSWERS = 50


class SurveyPlan:
    """Plans a survey that a blast asked in the past, and one that a keyword starts now."""

    def __init__(self, simulation: Simulation, members: Sequence[DemoMember]) -> None:
        self.simulation = simulation
        self.members = members

    def plan(self, get_pantry_survey_id: Callable[[], int]) -> None:
        """Plan the past survey and the one that starts now."""
        asked_at = self.simulation.find_moment(PANTRY_BLAST.days, PANTRY_BLAST.time)
        self.simulation.plan(asked_at, lambda: self._ask(get_pantry_survey_id()))
        for position, index in enumerate(PANTRY_PEOPLE):
            answers = PANTRY_ANSWERS[position % len(PANTRY_ANSWERS)]
            self._plan_answers(index, asked_at + timedelta(minutes=4 * position + 2), answers)
        opened_at = self.simulation.find_moment(-9, "11:00")
        self.simulation.plan(opened_at, self._open_supper_survey)
        for position, index in enumerate(SUPPER_PEOPLE):
            answers = (SUPPER_KEYWORD, *SUPPER_ANSWERS[position % len(SUPPER_ANSWERS)])
            first_at = opened_at + timedelta(hours=8.3 * position + 1)
            self._plan_answers(index, first_at, answers)

    def _ask(self, survey_id: int) -> None:
        moment = self.simulation.find_moment(PANTRY_BLAST.days, PANTRY_BLAST.time)
        scheduled_id = self.simulation.schedule(PANTRY_BLAST, moment, survey_id)
        self.simulation.send(scheduled_id, moment)

    def _open_supper_survey(self) -> None:
        event_id = find_event_id_by_title(SUPPER_TITLE)
        info = surveys.SurveyInfo(
            SUPPER_SURVEY_NAME,
            SUPPER_KEYWORD,
            SUPPER_WELCOME,
            SUPPER_QUESTIONS,
            SUPPER_THANKS,
            event_id,
        )
        survey = surveys.create_survey(info)
        record_demo_act("survey.added", "sam", f"survey {survey.id}")

    def _plan_answers(
        self,
        index: int,
        first_at: datetime,
        answers: Sequence[str],
    ) -> None:
        phone = self.members[index].phone
        for position, body in enumerate(answers):
            moment = first_at + timedelta(seconds=SECONDS_BETWEEN_ANSWERS * position)
            step = partial(self.simulation.receive_text, phone, body, moment)
            self.simulation.plan(moment, step)
