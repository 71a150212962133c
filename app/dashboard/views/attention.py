"""What needs a person now: one line each, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import url_for
from flask_login import current_user

from app.backups.queries.backup_health import BackupHealth
from app.blasts.models import StoredDraft
from app.blasts.queries.draft_records import name_draft
from app.core.local_formats import format_local_time
from app.core.user_names import name_user
from app.delivery.models import MessageLog
from app.delivery.queries.unresolved_texts import UnresolvedTexts
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.texts.plurals import pluralize
from app.events.queries.event_blast_names import name_event_blast
from app.imports.models import Import
from app.suppression.queries.stop_questions import OpenStopQuestions

MAX_COUNTED_REPLIES = 99
MAX_NAMED_BLASTS = 3


@dataclass(frozen=True)
class AttentionItem:
    """One thing that needs a person.

    `kind`: warn or info, the color; `links`: further (text, URL) pairs behind the sentence.
    """

    icon: str
    title: str
    url: str
    text: str = ""
    kind: str = "warn"
    links: list[tuple[str, str]] = field(default_factory=list)


def describe_waiting_replies(count: int) -> list[AttentionItem]:
    """Return the item of the inbox; [] when every person has a reply."""
    if not count:
        return []
    number = pluralize(count, "conversation")
    if count > MAX_COUNTED_REPLIES:
        number = f"More than {MAX_COUNTED_REPLIES} conversations"
    verb = "needs" if count == 1 else "need"
    url = url_for("inbox.list_conversations")
    return [AttentionItem("inbox", f"{number} {verb} a reply", url, kind="info")]


def describe_draft(draft: StoredDraft | None) -> list[AttentionItem]:
    """Return the item of the draft that the user would go on with; [] without one."""
    if draft is None:
        return []
    url = url_for("blasts.edit_draft", draft_id=draft.id)
    return [AttentionItem("pencil", "Continue your draft", url, name_draft(draft), kind="info")]


def describe_stop_questions(questions: OpenStopQuestions) -> list[AttentionItem]:
    """Return the item of the texts that may mean STOP."""
    if not questions.total:
        return []
    if questions.total == 1:
        title = "1 reply may be an opt-out request"
    else:
        title = f"{questions.total:,} replies may be opt-out requests"
    deadline = format_local_time(questions.first_deadline)
    people = "this person" if questions.total == 1 else "these people"
    text = f"Texts to {people} are paused until you decide, by {deadline} at the latest."
    return [AttentionItem("bell-off", title, url_for("inbox.list_conversations"), text)]


def describe_unresolved_texts(unresolved: UnresolvedTexts) -> list[AttentionItem]:
    """Return the item of the texts of which no one knows whether they were sent."""
    if not unresolved.total:
        return []
    if not unresolved.is_exact:
        title = "More than 1,000 texts need attention"
    else:
        verb = "needs" if unresolved.total == 1 else "need"
        title = f"{pluralize(unresolved.total, 'text')} {verb} attention"
    links = []
    for blast in unresolved.blasts[:MAX_NAMED_BLASTS]:
        name = name_event_blast(blast.log)
        for state, count, word in (
            ("unknown", blast.unknown_count, "unconfirmed"),
            ("not_sent", blast.not_sent_count, "not sent"),
        ):
            if count:
                number = f"{count:,} {word}" if unresolved.is_exact else word
                url = url_for("blasts.show_sent_blast", log_id=blast.log.id, state=state)
                links.append((f"{number}: {name}", url))
    return [AttentionItem("triangle-alert", title, links[0][1] if links else "", links=links)]


def describe_paused_blasts(running: list[MessageLog]) -> list[AttentionItem]:
    """Return an item for each paused blast."""
    items = []
    for log in running:
        if log.status is BlastStatus.PAUSED:
            url = url_for("blasts.show_sent_blast", log_id=log.id)
            done = log.success_count + log.failure_count
            text = f"{done:,} of {log.total_recipients:,} done. Resume it or stop the rest."
            items.append(AttentionItem("pause", f"Paused: {name_event_blast(log)}", url, text))
    return items


def describe_approvals(
    to_decide: Sequence[ScheduledMessage], declined: Sequence[ScheduledMessage]
) -> list[AttentionItem]:
    """Return an item for each blast that the user may approve, and for each of theirs declined."""
    items = []
    for blast in to_decide:
        text = f"By {name_user(blast.created_by)}. It is not sent before an admin approves it."
        items.append(_describe_approval("clock", "Waits for approval", blast, text))
    for blast in declined:
        text = "An admin declined it. Edit it, or cancel it."
        items.append(_describe_approval("circle-alert", "Declined", blast, text))
    return items


def _describe_approval(icon: str, state: str, blast: ScheduledMessage, text: str) -> AttentionItem:
    url = url_for("blasts.show_scheduled_blast", scheduled_id=blast.id)
    return AttentionItem(icon, f"{state}: {name_event_blast(blast)}", url, text)


def describe_unfinished_imports(imports: list[Import]) -> list[AttentionItem]:
    """Return an item for each import that is not confirmed; who may confirm one sees them."""
    if not current_user.may(Permission.MANAGE_PEOPLE):
        return []
    items = []
    for row in imports:
        url = url_for("community.import_check", import_id=row.id)
        text = f"{pluralize(row.row_count, 'row')} checked."
        if row.bad_count:
            text += f" {row.bad_count:,} {'needs' if row.bad_count == 1 else 'need'} fixing."
        items.append(AttentionItem("users", f"Not imported yet: {row.file_name}", url, text))
    return items


def describe_backup(health: BackupHealth | None, *, is_overdue: bool) -> list[AttentionItem]:
    """Return the item of backups that are late or fail; `health`: for admins, where we make them.

    `is_overdue`: others make them, and the newest is old.
    """
    if health is not None and health.problem:
        url = url_for("backups.list_backups")
        return [AttentionItem("triangle-alert", health.sentence, url, health.summary)]
    if not is_overdue:
        return []
    title = "There is no backup of the database from the last two days"
    text = "On the server, run python -m app.dbdoctor --backup every night."
    return [AttentionItem("triangle-alert", title, url_for("dashboard.show_help"), text)]


def describe_texting_hours(*, must_choose: bool) -> list[AttentionItem]:
    """Return the item that asks an admin at which hours texts are sent; `must_choose`: unknown."""
    if not must_choose or not current_user.may(Permission.CHANGE_SETTINGS):
        return []
    url = url_for("texting_hours.edit_texting_hours")
    text = "Now they are sent at any hour, at night too. We suggest 8 AM to 9 PM."
    return [AttentionItem("moon", "Choose at which hours texts are sent", url, text, kind="info")]


def describe_clock(sentence: str | None) -> list[AttentionItem]:
    """Return the item of a clock that was set."""
    if not sentence:
        return []
    return [AttentionItem("triangle-alert", sentence, url_for("dashboard.show_sending_hold"))]
