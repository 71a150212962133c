"""The blueprints of all features and the menu, each in the order of the pages."""

from flask import Flask

from app import layout
from app.accounts.permission_set_queries import find_scope
from app.accounts.queries import find_shown_names, list_admin_names
from app.accounts.scope_choices import set_scope_choices_source
from app.accounts.views import bp as accounts
from app.audiences.forms.list_filter_form import (
    build_conditions_for_user,
    may_user_text_matches,
)
from app.audiences.views import bp as segments
from app.audit.subjects import set_person_source, set_subject_source
from app.audit.views import bp as audit
from app.audit_subjects import find_audit_person, find_audit_subjects
from app.backups.backup_retention import set_nightly_count_source
from app.backups.views import bp as backups
from app.blasts.queries.series_source import set_series_source
from app.blasts.views import bp as blasts
from app.calendar.views import bp as calendar
from app.community.member_filters import set_filter_permission, set_filter_source
from app.community.queries import count_consent_coverage
from app.community.views import bp as community
from app.community.views.member_import import find_member_list
from app.core import error_pages, local_formats, user_names
from app.core.access import set_scope_source
from app.dashboard.views import bp as dashboard
from app.delivery.actions import refused_returns
from app.events.actions.reminder_plan import reschedule_all_reminders
from app.events.queries import linked_survey_source
from app.events.queries.contact_names import find_names
from app.events.views import bp as events
from app.events.views.registration_import import find_registration_list
from app.groups.queries.group_records import find_folded_names
from app.groups.views import bp as groups
from app.health.views import bp as health
from app.health.well_known import bp as well_known
from app.imports.actions.import_lists import set_import_lists
from app.imports.actions.import_notes import ImportNoteKeeper, set_import_note_keeper
from app.imports.actions.import_running import install_import_runner
from app.inbox.actions import conversation_status, thread_updates
from app.inbox.queries import person_note_source
from app.inbox.queries.waiting_threads import select_waiting_thread_count
from app.inbox.views import bp as inbox
from app.keywords.views import bp as keywords
from app.layout import MenuEntry
from app.message_templates.views import bp as message_templates
from app.navigation.views import bp as navigation
from app.notices.views import bp as notices
from app.organisation import consent_coverage
from app.organisation import queries as organisation
from app.organisation.views import bp as settings_page
from app.people.actions.person_notes import add_selected_notes, remove_selected_notes
from app.people.queries.permission_set_choices import load_scope_choices
from app.people.queries.person_records import list_contact_notes
from app.people.views import bp as people
from app.people.views.do_not_text_import import find_do_not_text_list
from app.restoration.views import bp as trash
from app.retention.models import RetentionKind
from app.retention.queries.retention_rules import find_retention_days
from app.retention.views import bp as retention
from app.sandbox.views import bp as sandbox
from app.scope_guard import install_scope_guard
from app.sending_limits.views import bp as sending_limits
from app.sequences.views import bp as sequences
from app.series.views import bp as series
from app.series.views.blast_links import SERIES_SOURCE
from app.setup.views import bp as setup
from app.suppression.actions.stop_journal import install_stop_journal
from app.suppression.queries import contact_name_source
from app.suppression.views import bp as suppression
from app.surveys.actions import inbox_hooks
from app.surveys.actions.inbox_hooks import InboxHooks
from app.surveys.queries.surveys import find_surveys_of_event
from app.surveys.views import bp as surveys
from app.switches.page_hiding import install_page_hiding
from app.switches.views import bp as switches
from app.texting_hours import hours_changes
from app.texting_hours.views import bp as texting_hours
from app.webhooks.views.twilio_webhooks import bp as webhooks

BLUEPRINTS = (
    dashboard,
    inbox,
    blasts,
    series,
    sequences,
    calendar,
    community,
    groups,
    segments,
    events,
    keywords,
    surveys,
    message_templates,
    suppression,
    people,
    sandbox,
    accounts,
    audit,
    settings_page,
    switches,
    backups,
    sending_limits,
    texting_hours,
    retention,
    trash,
    setup,
    webhooks,
    health,
    well_known,
    navigation,
    notices,
)

MENU = (
    MenuEntry("Home", "dashboard.show_dashboard", "house", tab=True),
    MenuEntry(
        "Inbox",
        "inbox.list_conversations",
        "inbox",
        tab=True,
        count=select_waiting_thread_count,
    ),
    MenuEntry("Blasts", "blasts.list_sent_blasts", "send", paths=("calendar",)),
    MenuEntry("Community", "community.list_members", "users", tab=True, paths=("people",)),
    MenuEntry("Groups", "groups.list_groups", "tag"),
    MenuEntry("Segments", "segments.list_segments", "hash"),
    MenuEntry("Events", "events.list_events", "calendar-days"),
    MenuEntry("Surveys", "surveys.list_surveys", "message-square-text"),
    MenuEntry("Keywords", "keywords.list_keywords", "zap"),
    MenuEntry("Sequences", "sequences.list_sequences", "list-ordered"),
    MenuEntry("Templates", "message_templates.list_templates", "file-text"),
    MenuEntry("Do not text", "suppression.list_suppressed_numbers", "bell-off"),
    MenuEntry("Practice phone", "sandbox.list_phones", "smartphone", sandbox=True),
    MenuEntry("Help", "dashboard.show_help", "info"),
    MenuEntry("Users", "accounts.list_users", "shield-check", group="Admin"),
    MenuEntry("Audit", "audit.list_audit_events", "clipboard-list", group="Admin"),
    MenuEntry(
        "Settings", "organisation.edit_settings", "settings", group="Admin", paths=("trash",)
    ),
)


def register_blueprints(app: Flask) -> None:
    """Register every blueprint, and connect what the layers below need from the features."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    # Surveys, suppression and the organisation are below the features that know what they ask
    # for: they get functions, no imports.
    inbox_hooks.install_inbox_hooks(
        app,
        InboxHooks(
            thread_updates.record_outbound_text,
            conversation_status.resolve_unclear_answer,
        ),
    )
    refused_returns.install_refused_return_hook(app, thread_updates.mark_wants_back)
    contact_name_source.set_contact_name_source(app, find_names)
    install_stop_journal(app, find_folded_names)
    set_nightly_count_source(app, lambda: find_retention_days(RetentionKind.BACKUPS))
    linked_survey_source.set_linked_survey_source(app, find_surveys_of_event)
    set_series_source(app, SERIES_SOURCE)
    person_note_source.set_person_note_source(app, list_contact_notes)
    set_import_lists(
        app,
        {
            "community": find_member_list,
            "event": find_registration_list,
            "suppression": find_do_not_text_list,
        },
    )
    install_import_runner(app)
    set_import_note_keeper(app, ImportNoteKeeper(add_selected_notes, remove_selected_notes))
    set_filter_source(app, build_conditions_for_user)
    set_filter_permission(app, may_user_text_matches)
    hours_changes.set_hours_change_hook(app, reschedule_all_reminders)
    set_scope_source(app, find_scope)
    install_scope_guard(app)
    set_scope_choices_source(app, load_scope_choices)
    set_subject_source(app, find_audit_subjects)
    set_person_source(app, find_audit_person)
    consent_coverage.set_consent_coverage_source(app, count_consent_coverage)
    error_pages.set_admin_names_source(app, list_admin_names)
    user_names.set_user_names_source(app, find_shown_names)
    local_formats.set_timezone_source(app, organisation.get_organisation_timezone)
    local_formats.set_region_source(app, organisation.get_organisation_region)
    install_page_hiding(app)
    layout.install_layout(app, MENU)
