"""The rooms that are open, in menu order. Leaving a line out closes the room."""

from flask import Flask

from app import layout
from app.accounts.views import bp as accounts
from app.audit.views import bp as audit
from app.blasts.views import bp as blasts
from app.community.views import bp as community
from app.core import template_filters
from app.dashboard.views import bp as dashboard
from app.events.views import bp as events
from app.health.views import bp as health
from app.inbox import queries as inbox_queries
from app.inbox.actions import conversation_status, thread_updates
from app.inbox.views import bp as inbox
from app.keywords.views import bp as keywords
from app.layout import MenuEntry
from app.organisation import queries as organisation
from app.organisation.views import bp as settings_page
from app.people.views import bp as people
from app.sandbox.views import bp as sandbox
from app.setup.views import bp as setup
from app.suppression.views import bp as suppression
from app.surveys.actions import inbox_hooks
from app.surveys.actions.inbox_hooks import InboxHooks
from app.surveys.views import bp as surveys
from app.webhooks.views import bp as webhooks

BLUEPRINTS = (
    dashboard,
    inbox,
    blasts,
    community,
    events,
    keywords,
    surveys,
    suppression,
    people,
    sandbox,
    accounts,
    audit,
    settings_page,
    setup,
    webhooks,
    health,
)

MENU = (
    MenuEntry("Home", "dashboard.show_dashboard", "house", tab=True),
    MenuEntry(
        "Inbox",
        "inbox.list_conversations",
        "inbox",
        tab=True,
        count=inbox_queries.select_waiting_thread_count,
    ),
    MenuEntry("Blasts", "blasts.list_sent_blasts", "send"),
    MenuEntry("Community", "community.list_members", "users", tab=True),
    MenuEntry("Events", "events.list_events", "calendar-days"),
    MenuEntry("Surveys", "surveys.list_surveys", "message-square-text"),
    MenuEntry("Keywords", "keywords.list_keywords", "zap"),
    MenuEntry("Do not text", "suppression.list_suppressed_numbers", "bell-off", admin=True),
    MenuEntry("Practice phone", "sandbox.list_phones", "smartphone", sandbox=True),
    MenuEntry("Users", "accounts.list_users", "shield-check", group="Admin", admin=True),
    MenuEntry("Audit", "audit.list_audit_events", "clipboard-list", group="Admin", admin=True),
    MenuEntry("Settings", "organisation.edit_settings", "settings", group="Admin", admin=True),
)


def register_blueprints(app: Flask) -> None:
    """Open every room and hang the menu."""
    for room in BLUEPRINTS:
        app.register_blueprint(room)
    inbox_hooks.install_inbox_hooks(
        app,
        InboxHooks(
            thread_updates.record_outbound_text,
            conversation_status.resolve_unclear_answer,
        ),
    )
    template_filters.set_timezone_source(app, organisation.get_organisation_timezone)
    layout.install_layout(app, MENU)
