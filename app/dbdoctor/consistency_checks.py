"""Queries for rows that contradict each other, each with the sentence about them.

Plain SQL over all tables, so that it works whatever the models say.
"""

import sqlite3
from dataclasses import dataclass

from app.dbdoctor.person_checks import build_unknown_numbers_sql

SUCCESS_STATUSES_SQL = "('accepted', 'sent', 'no_receipt', 'delivered')"
FAILURE_STATUSES_SQL = "('failed', 'undelivered', 'opted_out')"
# The counts that a trigger keeps in message_logs, computed anew from the texts.
BLAST_COUNTS_SQL = (
    "SELECT message_log_id, count(*) AS total, "
    f"sum(status IN {SUCCESS_STATUSES_SQL}) AS success, "
    f"sum(status IN {FAILURE_STATUSES_SQL}) AS failure "
    "FROM messages WHERE message_log_id IS NOT NULL AND reason IS NOT 'second_number' "
    "GROUP BY message_log_id"
)
RESTORE_ADVICE = "Restore a backup: python -m app.dbdoctor --restore FILE."
REPAIR_ADVICE = "To fix it, run: python -m app.dbdoctor --repair."
MAX_SHOWN_IDS = 5


@dataclass(frozen=True)
class ConsistencyCheck:
    """A query for the ids of contradictory rows, and the sentence that names them."""

    sql: str
    message_template: str

    def describe_violations(self, connection: sqlite3.Connection) -> str | None:
        """Return the sentence with up to MAX_SHOWN_IDS ids, or None without violations.

        None too where a table or column is missing: the schema comparison reports that.
        """
        try:
            # One more than is shown tells whether there are more.
            rows = connection.execute(f"SELECT * FROM ({self.sql}) LIMIT {MAX_SHOWN_IDS + 1}")
            ids = [str(row[0]) for row in rows]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_ERROR":
                raise
            return None
        if not ids:
            return None
        shown_ids = ", ".join(ids[:MAX_SHOWN_IDS])
        if len(ids) > MAX_SHOWN_IDS:
            shown_ids += " and more"
        return self.message_template.format(ids=shown_ids)


CONSISTENCY_CHECKS = (
    ConsistencyCheck(
        f"SELECT l.id FROM message_logs l JOIN ({BLAST_COUNTS_SQL}) c ON c.message_log_id = l.id "
        "WHERE (l.total_recipients, l.success_count, l.failure_count) "
        "<> (c.total, c.success, c.failure)",
        f"The counts of blast {{ids}} do not match its texts. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM message_logs l WHERE total_recipients > 0 AND details IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM messages WHERE message_log_id = l.id)",
        f"Blast {{ids}} should have recipients, but its texts are missing. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT DISTINCT message_log_id FROM messages WHERE message_log_id IS NOT NULL "
        "GROUP BY message_log_id, phone HAVING count(*) > 1",
        "The same number is listed twice in blast {ids}. Stop that blast on its page; "
        f"if it has not started: {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT m.id FROM messages m "
        "LEFT JOIN (SELECT message_id, count(*) AS tries FROM attempts GROUP BY message_id) a "
        "ON a.message_id = m.id WHERE m.attempts <> ifnull(a.tries, 0)",
        f"Text {{ids}} does not have the number of attempts it records. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT message_id FROM attempts GROUP BY message_id "
        "HAVING max(n) <> count(*) OR min(n) <> 1",
        f"The attempts of text {{ids}} are not numbered 1, 2, 3. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT min(id) FROM attempts GROUP BY ref HAVING count(*) > 1 UNION "
        "SELECT min(id) FROM attempts WHERE provider_sid IS NOT NULL "
        "GROUP BY provider_sid HAVING count(*) > 1",
        f"Attempt {{ids}} has the same identifier as another one. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT m.id FROM messages m JOIN message_logs l ON l.id = m.message_log_id "
        "WHERE m.carrier <> l.carrier",
        "Text {ids} is marked for another carrier than its blast: "
        f"practice and real are mixed. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM scheduled_messages WHERE status = 'processing' AND message_log_id IS NULL",
        "Scheduled blast {ids} is marked as sending but has no texts, so nothing is sent. "
        "Create it again with New blast.",
    ),
    ConsistencyCheck(
        "SELECT s.id FROM scheduled_messages s JOIN message_logs l ON l.id = s.message_log_id "
        "WHERE s.status = 'processing' AND l.status IN ('sent', 'failed', 'cancelled')",
        f"Scheduled blast {{ids}} is marked as sending, but it has finished. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT DISTINCT l.id FROM message_logs l JOIN messages m ON m.message_log_id = l.id "
        "WHERE l.status IN ('sent', 'failed', 'cancelled') AND m.status = 'queued'",
        "Blast {ids} has finished, but some of its texts were never sent. "
        "Create a new blast for those people.",
    ),
    ConsistencyCheck(
        "SELECT g.id FROM groups g LEFT JOIN (SELECT group_id, count(*) AS people "
        "FROM group_members WHERE until IS NULL GROUP BY group_id) m ON m.group_id = g.id "
        "WHERE g.member_count <> ifnull(m.people, 0)",
        f"The number of people of group {{ids}} does not match who is in it. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM unsubscribed_contacts WHERE ends_at < datetime('now', '-2 days')",
        "The pause of entry {ids} of the do-not-text list is over, and it still gets no texts. "
        "Start the program: it ends pauses within a minute.",
    ),
    ConsistencyCheck(
        "SELECT id FROM unsubscribed_topics WHERE until < since",
        f"The end of topic entry {{ids}} is before its start. {RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT s.id FROM scheduled_messages s WHERE s.status = 'pending' "
        "AND s.audience_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audience_parts p "
        "WHERE p.audience_id = s.audience_id "
        "AND p.role = 'include' AND (p.ref_id IS NOT NULL OR p.kind IN ('everybody', 'people')))",
        "Scheduled blast {ids} was for lists that are gone, so it reaches no one. Cancel it.",
    ),
    ConsistencyCheck(
        "SELECT DISTINCT p.audience_id FROM audience_parts p "
        "JOIN scheduled_messages s ON s.audience_id = p.audience_id AND s.status = 'pending' "
        "WHERE p.role = 'exclude' AND p.ref_id IS NULL AND p.kind NOT IN ('everybody', 'people')",
        "A scheduled blast excludes a list that is gone (audience {ids}), so it is not sent. "
        "Edit the blast.",
    ),
    ConsistencyCheck(
        "SELECT m.id FROM messages m WHERE m.reason = 'second_number' AND NOT EXISTS "
        "(SELECT 1 FROM messages f WHERE f.fallback_for_id = m.id "
        "AND f.message_log_id = m.message_log_id)",
        "Text {ids} should be followed by one to another number of the person, but is not. "
        f"{RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT person_id FROM person_phones WHERE until IS NULL "
        "GROUP BY person_id HAVING count(*) > 1 AND max(rank) = 1",
        "Person {ids} has several first numbers. Choose on their page which one is texted.",
    ),
    ConsistencyCheck(
        "SELECT r.blast_message_id FROM blast_replies r "
        "JOIN messages m ON m.id = r.blast_message_id "
        "WHERE m.message_log_id IS NOT NULL AND m.message_log_id <> r.message_log_id",
        f"The answer to text {{ids}} is counted to another blast. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT r.reply_id FROM blast_replies r JOIN messages m ON m.id = r.blast_message_id "
        "JOIN messages a ON a.id = r.reply_id WHERE a.direction <> 'inbound' OR "
        "(a.phone <> m.phone AND NOT EXISTS (SELECT 1 FROM person_phones p JOIN person_phones q "
        "ON q.person_id = p.person_id WHERE p.phone = a.phone AND q.phone = m.phone))",
        "Text {ids} is counted as an answer to a blast, but it is not from that person. "
        f"{RESTORE_ADVICE}",
    ),
    ConsistencyCheck(
        build_unknown_numbers_sql(),
        f"The number in {{ids}} belongs to no person, so it has no page. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM people WHERE id NOT IN (SELECT person_id FROM person_phones)",
        f"Person {{ids}} has no number. {REPAIR_ADVICE}",
    ),
    ConsistencyCheck(
        "SELECT id FROM users WHERE (pending_phone IS NULL) <> (phone_code_hash IS NULL)",
        "The phone of user {ids} cannot be verified by its code. Ask for a new code under Your "
        "account.",
    ),
    ConsistencyCheck(
        "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM users) "
        "HAVING count(*) > 0 AND sum(role = 'admin') = 0",
        f"There are users ({{ids}}), but none of them is an admin. {RESTORE_ADVICE}",
    ),
)
