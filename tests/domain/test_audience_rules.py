"""The rule of a blast's audience: one JSON, hash and sentence for equal ones."""

import pytest

from app.domain.audiences.audience_rules import (
    AudiencePart,
    AudienceRule,
    PartKind,
    check_audience,
    describe_audience_rule,
    hash_audience,
    write_audience,
)
from app.domain.audiences.segment_json import InvalidRule

CHOIR, YOUTH = AudiencePart(PartKind.GROUP, 1), AudiencePart(PartKind.GROUP, 2)
PASTED = AudiencePart(PartKind.PEOPLE, detail="pasted")
SILENT = AudiencePart(PartKind.RESULTS, 4, "no_reply")
NAMES = {CHOIR: "Choir", YOUTH: "Youth", PASTED: "7 people", SILENT: "whom we asked"}


def say(rule):
    return describe_audience_rule(rule, lambda part: NAMES.get(part, "a deleted group"))


def test_the_audience_of_the_issue_is_read_back_as_its_sentence():
    rule = AudienceRule((YOUTH, CHOIR), is_texted_today_excluded=True)
    assert say(rule) == "Choir and Youth, but not anyone texted today"


def test_audiences_of_all_shapes_are_read_back():
    gone = AudiencePart(PartKind.GROUP, 9)
    assert say(AudienceRule((PASTED,))) == "7 people"
    assert say(AudienceRule((CHOIR, PASTED, YOUTH), (gone,))) == (
        "Choir, Youth and 7 people, but not a deleted group"
    )
    assert say(AudienceRule((CHOIR,), (SILENT, YOUTH), True)) == (
        "Choir, but not Youth, whom we asked or anyone texted today"
    )
    assert say(AudienceRule(())) == "No one"


def test_equal_audiences_have_one_json_and_one_hash():
    rule = AudienceRule((YOUTH, CHOIR, YOUTH), (SILENT,), True)
    same = AudienceRule((CHOIR, YOUTH), (SILENT, SILENT), True)
    assert write_audience(rule) == write_audience(same)
    assert hash_audience(rule) == hash_audience(same) != hash_audience(AudienceRule((CHOIR,)))
    assert write_audience(AudienceRule((CHOIR,))) == '{"include":[{"kind":"group","ref":1}]}'
    assert len(hash_audience(rule)) == 64


@pytest.mark.parametrize(
    "part",
    [
        AudiencePart(PartKind.GROUP),
        AudiencePart(PartKind.GROUP, 0),
        AudiencePart(PartKind.GROUP, 1, "x"),
        AudiencePart(PartKind.EVERYBODY, 1),
        AudiencePart(PartKind.RESULTS, 1),
        AudiencePart(PartKind.PEOPLE),
    ],
)
def test_what_is_no_audience_is_refused(part):
    with pytest.raises(InvalidRule, match="cannot be read"):
        check_audience(AudienceRule((CHOIR,), (part,)))


def test_an_audience_needs_one_part_and_has_at_most_ten():
    with pytest.raises(InvalidRule, match="Choose who gets it"):
        check_audience(AudienceRule((), (AudiencePart(PartKind.EVERYBODY),)))
    groups = tuple(AudiencePart(PartKind.GROUP, number) for number in range(1, 12))
    check_audience(AudienceRule(groups[:10]))
    with pytest.raises(InvalidRule, match="up to 10 parts"):
        check_audience(AudienceRule(groups[:6], groups[6:]))
