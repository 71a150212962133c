"""The segments of the made-up organisation."""

from collections.abc import Mapping

from app.audiences.actions.segment_editing import SegmentInfo, create_segment
from app.audiences.queries.rule_names import load_rule_names
from app.demo_year.demo_acts import record_demo_act
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import ConditionGroup, Joiner, SegmentRule
from app.domain.audiences.segment_sentences import describe_rule


def create_demo_segments(group_ids: Mapping[str, int], author: str) -> None:
    """Create two segments over the groups with these names. Inside write()."""
    helpers = ConditionGroup(
        Joiner.ANY,
        tuple(
            Condition(ConditionKind.IN_GROUP, group_ids[name])
            for name in ("Choir", "Pantry volunteers")
        ),
    )
    quiet = Condition(ConditionKind.TEXTED_LAST_DAYS, value="7", is_negated=True)
    recent = Condition(ConditionKind.JOINED_LAST_DAYS, value="90")
    _create("Helpers to thank", "Not more than one text a week.", (helpers, quiet), author)
    _create("New this season", "Whom to welcome on Sunday.", (recent,), author)


def _create(
    name: str, description: str, items: tuple[Condition | ConditionGroup, ...], author: str
) -> None:
    rule = SegmentRule(Joiner.ALL, items)
    sentence = describe_rule(rule, load_rule_names(rule.references)).text
    row = create_segment(SegmentInfo(name, description, rule, sentence), author)
    details = {"title": name, "after": sentence}
    record_demo_act("segment.added", author, f"segment {row.id}", details)
