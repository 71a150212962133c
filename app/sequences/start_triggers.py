"""Triggers of the database that put people into sequences.

Triggers, and no code: no feature calls sequences, no restart loses a start, and rows that any
program writes count. They cost one look-up in ix_sequences_state a row while no sequence is on.
"""

# `{key}` names the start, so that it counts once; `{moment}` is as UtcDateTime stores it.
_START = (
    "CREATE TRIGGER {name} AFTER {what} ON {table} WHEN {when}EXISTS (SELECT 1 FROM sequences "
    "WHERE state IN ('active', 'paused') AND trigger_kind = '{kind}') BEGIN "
    "INSERT OR IGNORE INTO sequence_people "
    "(sequence_id, phone, start_key, event_id, started_at, next_at) "
    "SELECT s.id, new.phone, {key}, {event}, {moment}, {moment} FROM sequences s "
    "WHERE s.state IN ('active', 'paused') AND s.trigger_kind = '{kind}' AND {is_meant}; END"
)
# Who is in it already goes on where they are. "+": looked up by the number, where SQLite would
# walk along all who are in it: 10,000 people joined in 9 s instead of 0.6.
_IS_NOT_IN_IT = (
    "NOT EXISTS (SELECT 1 FROM sequence_people p WHERE p.sequence_id = s.id "
    "AND p.phone = new.phone AND +p.state IN ('active', 'paused'))"
)
# A new event may get the number of a deleted one.
_EVENT_KEY = (
    "'{kind}:' || new.event_id || ':' || "
    "coalesce((SELECT created_at FROM {events} WHERE id = new.event_id), '')"
)


def _build_event_trigger(name: str, what: str, when: str, kind: str, moment: str) -> str:
    return _START.format(
        name=name,
        what=what,
        table="event_registrations",
        when=when,
        kind=kind,
        key=_EVENT_KEY.format(kind=kind, events="events"),
        event="new.event_id",
        moment=moment,
        is_meant="(s.is_any_event OR s.event_id = new.event_id)",
    )


START_TRIGGERS = (
    _START.format(
        name="group_members_sequence_start",
        what="INSERT",
        table="group_members",
        when="new.until IS NULL AND ",
        kind="group",
        key="'group:' || new.id",
        event="NULL",
        moment="new.since",
        is_meant=f"s.group_id = new.group_id AND {_IS_NOT_IN_IT}",
    ),
    _build_event_trigger(
        "event_registrations_sequence_start", "INSERT", "", "registered", "new.created_at"
    ),
    _build_event_trigger(
        "event_registrations_sequence_attended",
        "UPDATE OF attended_at",
        "new.attended_at IS NOT NULL AND old.attended_at IS NULL AND ",
        "attended",
        "new.attended_at",
    ),
    _build_event_trigger(
        "event_registrations_sequence_came",
        "INSERT",
        "new.attended_at IS NOT NULL AND ",
        "attended",
        "new.attended_at",
    ),
    _START.format(
        name="survey_sessions_sequence_start",
        what="UPDATE OF status",
        table="survey_sessions",
        when="new.status = 'completed' AND old.status <> 'completed' AND ",
        kind="answered",
        key="'answered:' || new.id",
        event="NULL",
        moment="coalesce(new.ended_at, new.asked_at)",
        is_meant=f"s.survey_id = new.survey_id AND {_IS_NOT_IN_IT}",
    ),
    _START.format(
        name="check_ins_sequence_start",
        what="INSERT",
        table="check_ins",
        when="new.streak_days IS NOT NULL AND ",
        kind="streak",
        key="'streak:' || new.day",
        event="NULL",
        moment="new.checked_in_at",
        is_meant=f"s.trigger_count = new.streak_days AND {_IS_NOT_IN_IT}",
    ),
)
