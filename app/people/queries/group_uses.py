"""What names a group: keywords, surveys, segments, sequences; what each does without it."""

from dataclasses import dataclass

from flask import url_for

from app.audiences.queries.segment_uses import list_segments_with_group
from app.keywords.models import KeywordRule
from app.keywords.queries import list_keywords_of_group
from app.sequences.queries.group_sequences import list_sequences_of_group
from app.surveys.queries.survey_groups import list_surveys_of_group


@dataclass(frozen=True)
class GroupUse:
    """Something that names a group: its kind, name and page, and what it does without the group."""

    kind: str
    name: str
    url: str
    effect: str


def list_group_uses(group_id: int) -> list[GroupUse]:
    """Return the keywords, surveys, segments and sequences that name a group, in this order."""
    uses = list(map(_describe_keyword, list_keywords_of_group(group_id)))
    for survey in list_surveys_of_group(group_id):
        url = url_for("surveys.show_survey", survey_id=survey.id)
        effect = "continues, and adds no one to this group."
        uses.append(GroupUse("Survey", survey.name, url, effect))
    for segment in list_segments_with_group(group_id):
        url = url_for("segments.show_segment", segment_id=segment.id)
        effect = "says that its group was deleted, and has no people until you edit it."
        uses.append(GroupUse("Segment", segment.name, url, effect))
    for sequence in list_sequences_of_group(group_id):
        url = url_for("sequences.show_sequence", sequence_id=sequence.id)
        uses.append(GroupUse("Sequence", sequence.name, url, "pauses until you edit it."))
    return uses


def _describe_keyword(rule: KeywordRule) -> GroupUse:
    effect = "only replies." if rule.response_body else "does nothing. Texts go to your inbox."
    url = url_for("keywords.edit_keyword", rule_id=rule.id)
    return GroupUse("Keyword", rule.keyword, url, effect)
