"""Checks of blasts and texts: rows that contradict each other.

Plain SQL over all tables, so that it works whatever the models say.
"""

from app.dbdoctor.check import FIX_ADVICE, RESTORE_ADVICE, RowCheck, Severity
from app.dbdoctor.content_checks import CONTENT_CHECKS
from app.dbdoctor.person_checks import PERSON_CHECKS

SUCCESS_STATUSES_SQL = "('accepted', 'sent', 'no_receipt', 'delivered')"
FAILURE_STATUSES_SQL = "('failed', 'undelivered', 'opted_out')"
# The counts that a trigger keeps in message_logs, computed anew from the texts.
BLAST_COUNTS_SQL = (
    "SELECT message_log_id, sum(texts) AS total, "
    f"sum(texts * (status IN {SUCCESS_STATUSES_SQL})) AS success, "
    f"sum(texts * (status IN {FAILURE_STATUSES_SQL})) AS failure "
    "FROM (SELECT message_log_id, status, 1 AS texts FROM messages "
    "WHERE message_log_id IS NOT NULL AND reason IS NOT 'second_number' "
    "UNION ALL SELECT message_log_id, status, texts FROM archived_counts) "
    "GROUP BY message_log_id"
)
# A text of ours whose number must be in last_texts, as the trigger decides it (m0049).
TEXTED_SQL = (
    "kind IN ('blast', 'reminder', 'reply') AND status IN ('queued', 'submitting', 'unknown', "
    "'accepted', 'sent', 'no_receipt', 'delivered') AND phone >= '+'"
)

BLAST_CHECKS = (
    RowCheck(
        "blast-counts",
        "The counts of blast {ids} do not match its texts.",
        FIX_ADVICE,
        f"SELECT l.id FROM message_logs l JOIN ({BLAST_COUNTS_SQL}) c ON c.message_log_id = l.id "
        "WHERE (l.total_recipients, l.success_count, l.failure_count) "
        "<> (c.total, c.success, c.failure)",
    ),
    RowCheck(
        "blast-without-texts",
        "Blast {ids} should have recipients, but its texts are missing.",
        RESTORE_ADVICE,
        "SELECT id FROM message_logs l WHERE total_recipients > 0 AND details IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM messages WHERE message_log_id = l.id) "
        "AND NOT EXISTS (SELECT 1 FROM archived_counts WHERE message_log_id = l.id)",
    ),
    RowCheck(
        "number-twice",
        "The same number is listed twice in blast {ids}.",
        f"Stop that blast on its page; if it has not started: {RESTORE_ADVICE}",
        "SELECT DISTINCT message_log_id FROM messages WHERE message_log_id IS NOT NULL "
        "GROUP BY message_log_id, phone HAVING count(*) > 1",
    ),
    RowCheck(
        "mixed-carriers",
        "Text {ids} is marked for another carrier than its blast: practice and real are mixed.",
        RESTORE_ADVICE,
        "SELECT m.id FROM messages m JOIN message_logs l ON l.id = m.message_log_id "
        "WHERE m.carrier <> l.carrier",
    ),
    RowCheck(
        "blast-left-texts",
        "Blast {ids} has finished, but some of its texts were never sent.",
        "Create a new blast for those people.",
        "SELECT DISTINCT l.id FROM message_logs l JOIN messages m ON m.message_log_id = l.id "
        "WHERE l.status IN ('sent', 'failed', 'cancelled') AND m.status = 'queued'",
    ),
    RowCheck(
        "second-number-missing",
        "Text {ids} should be followed by one to another number of the person, but is not.",
        RESTORE_ADVICE,
        "SELECT m.id FROM messages m WHERE m.reason = 'second_number' AND NOT EXISTS "
        "(SELECT 1 FROM messages f WHERE f.fallback_for_id = m.id "
        "AND f.message_log_id = m.message_log_id)",
    ),
    RowCheck(
        "answer-elsewhere",
        "The answer to text {ids} is counted to another blast.",
        FIX_ADVICE,
        "SELECT r.blast_message_id FROM blast_replies r "
        "JOIN messages m ON m.id = r.blast_message_id "
        "WHERE m.message_log_id IS NOT NULL AND m.message_log_id <> r.message_log_id",
    ),
    RowCheck(
        "answer-of-stranger",
        "Text {ids} is counted as an answer to a blast, but it is not from that person.",
        RESTORE_ADVICE,
        "SELECT r.reply_id FROM blast_replies r JOIN messages m ON m.id = r.blast_message_id "
        "JOIN messages a ON a.id = r.reply_id WHERE a.direction <> 'inbound' OR "
        "(a.phone <> m.phone AND NOT EXISTS (SELECT 1 FROM person_phones p JOIN person_phones q "
        "ON q.person_id = p.person_id WHERE p.phone = a.phone AND q.phone = m.phone))",
    ),
    RowCheck(
        "schedule-without-texts",
        "Scheduled blast {ids} is marked as sending but has no texts, so nothing is sent.",
        "Create it again with New blast.",
        "SELECT id FROM scheduled_messages WHERE status = 'processing' AND message_log_id IS NULL",
    ),
    RowCheck(
        "schedule-not-ended",
        "Scheduled blast {ids} is marked as sending, but it has finished.",
        FIX_ADVICE,
        "SELECT s.id FROM scheduled_messages s JOIN message_logs l ON l.id = s.message_log_id "
        "WHERE s.status = 'processing' AND l.status IN ('sent', 'failed', 'cancelled')",
    ),
    RowCheck(
        "lists-gone",
        "Scheduled blast {ids} was for lists that are gone, so it reaches no one.",
        "Cancel it.",
        "SELECT s.id FROM scheduled_messages s WHERE s.status = 'pending' "
        "AND s.audience_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audience_parts p "
        "WHERE p.audience_id = s.audience_id "
        "AND p.role = 'include' AND (p.ref_id IS NOT NULL OR p.kind IN ('everybody', 'people')))",
    ),
    RowCheck(
        "exclusion-gone",
        "A scheduled blast excludes a list that is gone (audience {ids}), so it is not sent.",
        "Edit the blast.",
        "SELECT DISTINCT p.audience_id FROM audience_parts p "
        "JOIN scheduled_messages s ON s.audience_id = p.audience_id AND s.status = 'pending' "
        "WHERE p.role = 'exclude' AND p.ref_id IS NULL AND p.kind NOT IN ('everybody', 'people')",
    ),
    RowCheck(
        "approval-missing",
        "Scheduled blast {ids} waits for an approval that no one was asked for.",
        "Cancel it and create it again with New blast.",
        "SELECT s.id FROM scheduled_messages s WHERE s.status = 'pending' "
        "AND s.approval = 'waiting' AND NOT EXISTS (SELECT 1 FROM blast_approvals a "
        "WHERE a.scheduled_id = s.id AND a.state = 'asked')",
    ),
)

TEXT_CHECKS = (
    RowCheck(
        "attempt-counts",
        "Text {ids} does not have the number of attempts it records.",
        RESTORE_ADVICE,
        "SELECT m.id FROM messages m "
        "LEFT JOIN (SELECT message_id, count(*) AS tries FROM attempts GROUP BY message_id) a "
        "ON a.message_id = m.id WHERE m.attempts <> ifnull(a.tries, 0)",
    ),
    RowCheck(
        "attempt-numbers",
        "The attempts of text {ids} are not numbered 1, 2, 3.",
        RESTORE_ADVICE,
        "SELECT message_id FROM attempts GROUP BY message_id "
        "HAVING max(n) <> count(*) OR min(n) <> 1",
    ),
    RowCheck(
        "attempt-twice",
        "Attempt {ids} has the same identifier as another one.",
        RESTORE_ADVICE,
        "SELECT min(id) FROM attempts GROUP BY ref HAVING count(*) > 1 UNION "
        "SELECT min(id) FROM attempts WHERE provider_sid IS NOT NULL "
        "GROUP BY provider_sid HAVING count(*) > 1",
    ),
    RowCheck(
        "waiting-number",
        "Text {ids} waits to be sent to a number that is not in international form.",
        "It fails when it is sent. Correct the number on the person's page.",
        "SELECT id FROM messages WHERE status = 'queued' AND NOT (phone GLOB '+[1-9]*' "
        "AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16)",
        severity=Severity.WARNING,
    ),
    RowCheck(
        "stuck-texts",
        "Text {ids} was being sent more than an hour ago, and has no result.",
        "Start SMS Admin: it asks the carrier.",
        "SELECT m.id FROM messages m WHERE m.status = 'submitting' AND NOT EXISTS (SELECT 1 "
        "FROM attempts a WHERE a.message_id = m.id AND a.started_at > datetime('now', '-1 hour'))",
        severity=Severity.WARNING,
    ),
    RowCheck(
        "last-texts",
        "It is not noted when the number of text {ids} was texted last.",
        FIX_ADVICE,
        f"SELECT id FROM messages m WHERE {TEXTED_SQL} "
        "AND NOT EXISTS (SELECT 1 FROM last_texts t WHERE t.phone = m.phone)",
    ),
    RowCheck(
        "future-lead",
        "Process {ids} took the lead at a time that is still to come.",
        "Check the clock of this machine, then restart SMS Admin.",
        "SELECT substr(holder, 1, 12) FROM leases WHERE beat_at > datetime('now', '+10 minutes')",
        severity=Severity.WARNING,
    ),
    RowCheck(
        "sending-on-hold",
        "Sending is on hold ({ids}).",
        "Home says why and what to do.",
        "SELECT hold_reason FROM installation WHERE hold_reason IS NOT NULL",
        severity=Severity.NOTE,
    ),
    RowCheck(
        "untold-alert",
        "Alert {ids} is more than a day old and was never delivered.",
        "Check ADMIN_TEST_PHONE and ALERT_WEBHOOK_URL.",
        "SELECT id FROM alerts WHERE told_at IS NULL AND created_at < datetime('now', '-1 day')",
        severity=Severity.NOTE,
    ),
)

CONSISTENCY_CHECKS = (*BLAST_CHECKS, *TEXT_CHECKS, *PERSON_CHECKS, *CONTENT_CHECKS)
