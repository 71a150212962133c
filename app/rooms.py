"""The rooms that are open, in menu order. Leaving a line out closes the room."""

from flask import Flask

from app import shell
from app.accounts.views import bp as accounts
from app.audit.views import bp as audit
from app.blasts.views import bp as blasts
from app.community.views import bp as community
from app.dashboard.views import bp as dashboard
from app.events.views import bp as events
from app.health.views import bp as health
from app.inbox import queries as inbox_queries
from app.inbox.actions import minding, threads
from app.inbox.views import bp as inbox
from app.keywords.views import bp as keywords
from app.kit import filters
from app.organisation import queries as organisation
from app.organisation.views import bp as settings_page
from app.people.views import bp as people
from app.sandbox.views import bp as sandbox
from app.setup.views import bp as setup
from app.shell import Entry
from app.suppression.views import bp as suppression
from app.surveys.actions import conversations
from app.surveys.actions.conversations import Conversations
from app.surveys.views import bp as surveys
from app.webhooks.views import bp as webhooks

OPEN = (
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
    Entry("Home", "dashboard.home", "house", tab=True),
    Entry("Inbox", "inbox.everything", "inbox", tab=True, count=inbox_queries.waiting),
    Entry("Blasts", "blasts.logs", "send"),
    Entry("Community", "community.everyone", "users", tab=True),
    Entry("Events", "events.everything", "calendar-days"),
    Entry("Surveys", "surveys.everything", "message-square-text"),
    Entry("Keywords", "keywords.everything", "zap"),
    Entry("Do not text", "suppression.everyone", "bell-off", admin=True),
    Entry("Practice phone", "sandbox.phones", "smartphone", sandbox=True),
    Entry("Users", "accounts.users", "shield-check", group="Admin", admin=True),
    Entry("Audit", "audit.events", "clipboard-list", group="Admin", admin=True),
    Entry("Settings", "organisation.settings", "settings", group="Admin", admin=True),
)


def open_rooms(app: Flask) -> None:
    """Open every room and hang the menu."""
    for room in OPEN:
        app.register_blueprint(room)
    conversations.install(app, Conversations(threads.went_out, minding.understood))
    filters.use_zone(app, organisation.timezone)
    shell.install(app, MENU)
