"""Release a blast: claim it, and store its log and one message a person in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import true, update

from app.core.column_types import datetime_to_db
from app.core.db import db, execute_and_count_rows
from app.core.page_cache import enlarge_page_cache
from app.delivery.actions.blast_topics import copy_blast_topics, record_blast_topics
from app.delivery.actions.text_holding import ReleaseHours, load_release_hours
from app.delivery.models import MessageLog, messages
from app.delivery.queries.scheduled_messages import NEEDS_NO_APPROVAL
from app.delivery.queries.stored_audiences import list_included_blasts, list_included_groups
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql import blast_release as sql
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.hold_rules import is_never_in_time
from app.domain.delivery.message_statuses import (
    BlastStatus,
    MessageKind,
    MessageStatus,
    ScheduledBlastStatus,
)
from app.domain.delivery.skip_reasons import SkipReason
from app.message_templates.actions.template_use import count_templates_use
from app.message_templates.queries.template_texts import find_version_of_text
from app.profiles.queries.other_phones import has_second_numbers, select_persons_with_several

# The template version that each text of a blast is, by its language; None: the body's.
TemplateVersions = Mapping[str | None, int | None]
QUEUED, SKIPPED = MessageStatus.QUEUED.value, MessageStatus.SKIPPED.value
NO_RECIPIENTS_ERROR = "There was no one to text."


def claim_scheduled_blast(
    scheduled_id: int, moment: datetime, *, was_sent_before: bool = False
) -> bool:
    """Mark a pending blast as being released; return whether it was still pending.

    Of several processes that try, one guarded UPDATE wins. One that waits for approval is never
    claimed, but `was_sent_before`: the carrier's list shows that its texts have been sent, and an
    approval that an older copy of the database does not know must not send them twice. Inside
    write().
    """
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            true() if was_sent_before else NEEDS_NO_APPROVAL,
        )
        .values(status=ScheduledBlastStatus.PROCESSING, processing_started_at=moment)
    )
    return execute_and_count_rows(statement) == 1


def create_blast_messages(
    scheduled_id: int,
    rendered: RenderedBlast,
    moment: datetime,
    event_title: str | None = None,
) -> int:
    """Store the log of a claimed blast and one message a number; return the log's id.

    Sendable people are queued, the others skipped with their reason. With nobody to text the log
    has failed at once. Inside write(), in the transaction that claimed the blast.
    """
    # populate_existing: the session may hold the row as it was before the claim.
    blast = db.session.get_one(ScheduledMessage, scheduled_id, populate_existing=True)
    log = _build_message_log(blast, rendered, event_title)
    if not rendered.sendable_texts:
        log.status, log.finished_at = BlastStatus.FAILED, moment
        blast.status, blast.error_message = (
            ScheduledBlastStatus.FAILED,
            NO_RECIPIENTS_ERROR,
        )
    db.session.add(log)
    # The messages are stored below the session, so the log needs its id before them.
    db.session.flush()
    blast.message_log_id = log.id
    _record_topics(blast, log.id)
    versions = _find_template_versions(blast)
    if not blast.test_mode and rendered.sendable_texts:
        count_templates_use(versions.values(), moment)
    _insert_messages(blast, log.id, rendered, versions, moment)
    return log.id


def _record_topics(blast: ScheduledMessage, log_id: int) -> None:
    if blast.audience_id is not None:
        group_ids, is_only = list_included_groups(blast.audience_id)
        record_blast_topics(log_id, group_ids, is_only=is_only)
        earlier_ids, is_only = list_included_blasts(blast.audience_id)
        for earlier_id in earlier_ids:
            copy_blast_topics(log_id, earlier_id, is_only=is_only)
    if blast.audience_log_id is not None:
        copy_blast_topics(log_id, blast.audience_log_id, is_only=True)


def _find_template_versions(blast: ScheduledMessage) -> TemplateVersions:
    versions: dict[str | None, int | None] = {None: blast.template_version_id}
    for tag, text in blast.translations.items():
        versions[tag] = find_version_of_text(text)
    return versions


def _build_message_log(
    blast: ScheduledMessage, rendered: RenderedBlast, event_title: str | None
) -> MessageLog:
    return MessageLog(
        message_body=blast.message_body,
        translations=blast.translations,
        footer=blast.footer,
        target=blast.target,
        event_id=blast.event_id,
        event_title=event_title,
        status=BlastStatus.PROCESSING,
        total_recipients=len(rendered.texts),
        sender=blast.sender,
        carrier=blast.carrier,
        test_mode=blast.test_mode,
        duplicates=rendered.duplicates,
        created_by=blast.created_by,
        not_after=blast.not_after,
        survey_id=blast.survey_id,
        audience_log_id=blast.audience_log_id,
        audience_outcome=blast.audience_outcome,
        audience_id=blast.audience_id,
        name=blast.name,
        plain_names=blast.plain_names,
        tested_as=rendered.tested_as,
        template_version_id=blast.template_version_id,
        any_hour_reason=blast.any_hour_reason,
    )


def _insert_messages(
    blast: ScheduledMessage,
    log_id: int,
    rendered: RenderedBlast,
    versions: TemplateVersions,
    moment: datetime,
) -> None:
    kind = _get_message_kind(blast)
    hours = load_release_hours(blast, kind, moment)
    texts: Sequence[RenderedText] = rendered.texts
    sql.CREATE_STAGING_TABLE.execute()
    # In the order of phones each page of an index is written once: a fifth of a release. A blast
    # of one slice leaves in the order of its list.
    if len(texts) > sql.INSERT_BATCH_ROWS:
        texts = sorted(texts, key=attrgetter("phone"))
    with enlarge_page_cache():
        for start in range(0, len(texts), sql.INSERT_BATCH_ROWS):
            # Emptied first too: a release that was rolled back may have left rows, since the
            # temporary table belongs to the connection.
            sql.EMPTY_STAGING_TABLE.execute()
            batch = texts[start : start + sql.INSERT_BATCH_ROWS]
            if rendered.readers.are_usual:
                rows = [_build_staged_row(text, hours) for text in batch]
                sql.INSERT_USUAL_ROWS.execute_many(rows)
            else:
                rows = [
                    (*_build_staged_row(text, hours), *_list_text_columns(text, versions))
                    for text in batch
                ]
                sql.INSERT_STAGED_ROWS.execute_many(rows)
            sql.MOVE_STAGED_ROWS.execute(
                kind=kind,
                sender=blast.sender,
                carrier=blast.carrier,
                blast_id=log_id,
                moment=moment,
                template_version_id=versions[None],
            )
        sql.EMPTY_STAGING_TABLE.execute()
    if has_second_numbers():
        _assign_persons(log_id)


def _assign_persons(log_id: int) -> None:
    """Note whose text each is, for people with several numbers: the database refuses a second one.

    Two numbers that were found to be of one person since the audience was read make the release
    fail; it is tried again with the audience as it is then.
    """
    owner = select_persons_with_several().subquery()
    statement = (
        update(messages)
        .where(
            messages.c.message_log_id == log_id,
            messages.c.status == MessageStatus.QUEUED,
            messages.c.phone == owner.c.phone,
        )
        .values(person_id=owner.c.person_id)
    )
    db.session.execute(statement)


def _get_message_kind(blast: ScheduledMessage) -> MessageKind:
    if blast.test_mode:
        return MessageKind.TEST
    if blast.event_reminder_id is not None:
        return MessageKind.REMINDER
    return MessageKind.BLAST


def _build_staged_row(
    text: RenderedText, hours: ReleaseHours | None
) -> tuple[str | int | None, ...]:
    """Return the first columns of the staging table, in its order."""
    # Taken apart at once, which for 100,000 rows is quicker than asking for each column.
    name, phone, body, encoding, segments, skip_reason, *_ = text
    status, reason = QUEUED, None
    held_until, held_why = None, None
    if skip_reason:
        status, reason = SKIPPED, skip_reason.value
    elif hours and (hold := hours.find_hold(phone)):
        if is_never_in_time(hold.until, hours.deadline):
            status, reason = SKIPPED, SkipReason.OUTSIDE_HOURS.value
        else:
            held_until, held_why = datetime_to_db(hold.until), hold.why.value
    return (phone, name, body, status, reason, segments, encoding, held_until, held_why)


def _list_text_columns(
    text: RenderedText, versions: TemplateVersions
) -> tuple[str | None, bool, int | None]:
    """Return the last columns of the staging table, which say which of the blast's texts it is."""
    return text.language, text.is_introduction, versions[text.language]
