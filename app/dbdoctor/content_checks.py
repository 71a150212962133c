"""Checks of what people set up: groups, keywords, surveys, sequences, series."""

from app.dbdoctor.check import FIX_ADVICE, RESTORE_ADVICE, RowCheck, Severity

SURVEY_COUNTS_SQL = (
    "SELECT survey_id, count(*) AS started, sum(status = 'completed') AS completed "
    "FROM survey_sessions GROUP BY survey_id"
)

CONTENT_CHECKS = (
    RowCheck(
        "group-counts",
        "The number of people of group {ids} does not match who is in it.",
        FIX_ADVICE,
        "SELECT g.id FROM groups g LEFT JOIN (SELECT group_id, count(*) AS people "
        "FROM group_members WHERE until IS NULL GROUP BY group_id) m ON m.group_id = g.id "
        "WHERE g.member_count <> ifnull(m.people, 0)",
    ),
    RowCheck(
        "survey-counts",
        "Survey {ids} counts fewer people than have started or finished it.",
        FIX_ADVICE,
        f"SELECT f.id FROM survey_flows f JOIN ({SURVEY_COUNTS_SQL}) s ON s.survey_id = f.id "
        "WHERE f.start_count < s.started OR f.completion_count < s.completed",
    ),
    RowCheck(
        "survey-ends",
        "Survey session {ids} is over without an end, or has an end and is not over.",
        RESTORE_ADVICE,
        "SELECT id FROM survey_sessions WHERE (status = 'active') <> (ended_at IS NULL)",
    ),
    RowCheck(
        "word-missing",
        "The word of {ids} starts nothing.",
        FIX_ADVICE,
        "SELECT 'keyword ' || id FROM keyword_rules k WHERE NOT EXISTS (SELECT 1 "
        "FROM trigger_words w WHERE w.word = k.keyword AND w.keyword_rule_id = k.id) "
        "UNION ALL SELECT 'survey ' || id FROM survey_flows f WHERE NOT EXISTS (SELECT 1 "
        "FROM trigger_words w WHERE w.word = f.trigger_keyword AND w.survey_id = f.id)",
    ),
    RowCheck(
        "keyword-without-target",
        "What keyword {ids} should do is gone: its event, survey or group was deleted.",
        "Edit the keyword.",
        "SELECT id FROM keyword_rules WHERE is_active AND ("
        "(action = 'add_to_event' AND event_id IS NULL) OR "
        "(action = 'start_survey' AND survey_id IS NULL) OR "
        "(action IN ('join_group', 'leave_group') AND group_id IS NULL))",
        severity=Severity.NOTE,
    ),
    RowCheck(
        "topic-ends",
        "The end of topic entry {ids} is before its start.",
        RESTORE_ADVICE,
        "SELECT id FROM unsubscribed_topics WHERE until < since",
    ),
    RowCheck(
        "sequence-without-steps",
        "Sequence {ids} is on, but has no step.",
        "Add a step to it, or switch it off.",
        "SELECT id FROM sequences s WHERE state = 'active' AND NOT EXISTS (SELECT 1 "
        "FROM sequence_steps t WHERE t.sequence_id = s.id AND t.removed_at IS NULL)",
        severity=Severity.WARNING,
    ),
    RowCheck(
        "step-elsewhere",
        "Person {ids} of a sequence waits for a step of another sequence.",
        RESTORE_ADVICE,
        "SELECT p.id FROM sequence_people p JOIN sequence_steps s ON s.id = p.step_id "
        "WHERE s.sequence_id <> p.sequence_id",
    ),
    RowCheck(
        "series-date-lost",
        "Date {ids} of a series waits for a blast that is gone.",
        "Open the series and choose that date again.",
        "SELECT id FROM series_occurrences WHERE state = 'pending' AND scheduled_id IS NULL",
        severity=Severity.WARNING,
    ),
)
