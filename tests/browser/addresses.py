"""Every page there is, with an address that shows it; a test compares this list with the routes
of the app.
"""

from dataclasses import dataclass

from app import demo
from tests.browser.sample_data import ADDED_AT, PICNIC, Filled
from tests.browser.sample_lists import ANOTHER_PERSON

# Routes that show no page: files, parts of pages, numbers for programs.
NO_PAGES = {
    "static",
    "accounts.enter_code",  # only after the right password: its own story looks at it
    "blasts.export_blast",
    "blasts.refresh_sent_blast",
    "blasts.send_held_blast",  # the same page as that of a scheduled blast
    "blasts.show_blast_status",
    "blasts.refresh_countdown",
    "community.export_members",
    "community.import_bad_rows",
    "dashboard.refresh_running_blasts",
    "events.export_registrations",
    "events.import_bad_rows",
    "events.import_check",  # the same page as that of the community's import
    "groups.export_group",
    "health.report_health",
    "inbox.refresh_conversation_list",
    "inbox.refresh_conversation",
    "health.report_readiness",
    "health.report_metrics",
    "well_known.show_security_contact",
    "well_known.open_password_page",
    "sandbox.poll_phone_screen",
    "audit.export_audit_archive",
    "audit.export_audit_events",
    "suppression.export_suppressed_numbers",
    "suppression.import_bad_rows",
    "surveys.export_survey_answers",
    "suppression.import_check",  # the same page as that of the community's import
    "sandbox.open_phone_by_number",
    "sandbox.open_phone_with_text",
    "navigation.list_search_results",
    "navigation.show_live_state",
    "people.download_held_data",
    "notices.edit_chat",  # the same fields as on the settings page of notices
    "setup.enter_demo",  # signs in with a one-time address
    "setup.complete_setup",  # only while there is no user: the newcomer's story looks at it
}


@dataclass(frozen=True)
class Place:
    """A page: its endpoint, what it is called, where it is, who may see it (the first one
    looks), what has to be done to reach it, and the status it must answer with.
    """

    endpoint: str
    name: str
    address: str
    who: tuple[str, ...] = ("ada", "sol")
    reach: str = ""
    status: int = 200


ADMIN = ("ada",)


def places(here: Filled) -> list[Place]:
    """Every page of the filled database."""
    zoe = demo.make_demo_phone(0)[1:]
    log, scheduled = "/blasts/logs/", "/blasts/scheduled/"
    series_date = f"/blasts/series/1/dates/{here.series_day}"
    return [
        Place("accounts.sign_in", "sign-in", "/login", ("",)),
        Place("accounts.ask_for_link", "forgot", "/login/forgot", ("",)),
        Place("accounts.choose_password", "link-refused", "/account/link", ("",), status=403),
        Place("accounts.confirm_email", "email-refused", "/account/email/confirm", status=403),
        Place("dashboard.show_dashboard", "home", "/"),
        Place("navigation.show_search", "search", "/search?q=a"),
        Place("dashboard.show_help", "help", "/help"),
        Place("blasts.compose_blast", "compose", "/blasts/new?first=1"),
        Place("blasts.compose_blast", "compose-preview", "/blasts/new", reach="preview"),
        Place(
            "blasts.compose_blast",
            "compose-mistakes",
            "/blasts/new",
            ADMIN,
            reach="mistakes",
        ),
        Place("blasts.compose_blast", "compose-later", "/blasts/new", ADMIN, reach="later"),
        Place("blasts.compose_blast", "compose-end", "/blasts/new", ADMIN, reach="end"),
        Place(
            "blasts.compose_blast",
            "compose-end-mistakes",
            "/blasts/new",
            ADMIN,
            reach="bad_end",
        ),
        Place("blasts.compose_blast", "review", "/blasts/new", reach="review"),
        Place(
            "blasts.compose_blast",
            "review-later",
            "/blasts/new",
            ADMIN,
            reach="review_later",
        ),
        Place(
            "blasts.compose_blast",
            "review-end",
            "/blasts/new",
            ADMIN,
            reach="review_end",
        ),
        Place("blasts.compose_blast", "compose-lists", "/blasts/new", ADMIN, reach="lists"),
        Place("blasts.compose_blast", "review-lists", "/blasts/new", ADMIN, reach="review_lists"),
        Place("blasts.list_sent_blasts", "blasts", "/blasts/logs"),
        Place("blasts.show_sent_blast", "log-finished", f"{log}{here.finished}"),
        Place(
            "blasts.show_sent_blast",
            "log-failed-ones",
            f"{log}{here.finished}?state=failed",
            ADMIN,
        ),
        Place("blasts.show_sent_blast", "log-doubt", f"{log}{here.doubtful}?state=unknown"),
        Place(
            "blasts.resend_blast_messages",
            "send-again",
            f"{log}{here.doubtful}/send-again?state=unknown",
            ADMIN,
        ),
        Place("blasts.show_sent_blast", "log-paused", f"{log}{here.running}"),
        Place("blasts.show_sent_blast", "log-fault", f"{log}{here.faulty}"),
        Place("blasts.show_sent_blast", "log-stopped", f"{log}{here.stopped}", ADMIN),
        Place("blasts.list_scheduled_blasts", "scheduled", "/blasts/scheduled"),
        Place(
            "blasts.exempt_pending_blast",
            "scheduled-any-hour",
            f"{scheduled}{here.scheduled}/any-hour",
            ADMIN,
        ),
        Place(
            "blasts.show_scheduled_blast",
            "scheduled-one",
            f"{scheduled}{here.scheduled}",
        ),
        Place(
            "blasts.show_scheduled_blast",
            "scheduled-expired",
            f"{scheduled}{here.expired}",
            ADMIN,
        ),
        Place("blasts.list_drafts", "drafts", "/blasts/drafts"),
        Place("blasts.edit_draft", "draft", "/blasts/drafts/1"),
        Place("blasts.review_draft", "draft-review", "/blasts/drafts/1/review"),
        Place("blasts.edit_draft", "draft-of-scheduled", "/blasts/drafts/2", ADMIN),
        Place("calendar.show_month", "calendar", "/calendar"),
        Place("calendar.list_days", "calendar-list", "/calendar/list"),
        Place("calendar.show_day", "calendar-day", f"/calendar/days/{here.series_day}"),
        Place("sequences.list_sequences", "sequences", "/sequences"),
        Place("sequences.show_sequence", "sequence", f"/sequences/{here.sequence}"),
        Place("sequences.show_history", "sequence-history", f"/sequences/{here.sequence}/history"),
        Place("sequences.add_sequence", "sequence-add", "/sequences/add"),
        Place("sequences.edit_sequence", "sequence-edit", f"/sequences/{here.sequence}/edit"),
        Place("sequences.add_people", "sequence-people", f"/sequences/{here.sequence}/people"),
        Place("series.list_all_series", "series-list", "/blasts/series"),
        Place("series.show_series", "series", "/blasts/series/1"),
        Place("series.show_series", "series-held", "/blasts/series/2", ADMIN),
        Place("series.repeat_blast", "series-new", f"/blasts/series/new/{here.scheduled}"),
        Place("series.edit_series", "series-edit", "/blasts/series/1/edit", ADMIN),
        Place("series.edit_date", "series-text", f"{series_date}/edit"),
        Place("series.move_date", "series-move", f"{series_date}/move", ADMIN),
        Place("dashboard.show_sending_hold", "sending", "/sending"),
        Place("community.list_members", "community", "/community"),
        Place(
            "community.list_members",
            "community-nobody-found",
            "/community?search=nobody",
            ADMIN,
        ),
        Place(
            "community.list_members",
            "community-filtered",
            "/community?filter=in_group.1&column=groups&column=field.2&add=group",
            ADMIN,
        ),
        Place("community.add_member", "community-add", "/community/add", ADMIN),
        Place(
            "community.add_member",
            "community-add-mistakes",
            "/community/add",
            ADMIN,
            reach="bad_person",
        ),
        Place(
            "community.edit_member",
            "community-edit",
            f"/community/{here.people}/edit",
            ADMIN,
        ),
        Place("community.import_file", "import", "/community/import", ADMIN),
        Place(
            "community.import_check",
            "import-check",
            f"/community/import/{here.checked}",
            ADMIN,
        ),
        Place(
            "community.import_check",
            "import-fields",
            f"/community/import/{here.checked}",
            ADMIN,
            reach="new_field",
        ),
        Place(
            "community.import_check",
            "import-done",
            f"/community/import/{here.imported}",
            ADMIN,
        ),
        Place(
            "events.edit_reminder_plan",
            "event-reminders",
            f"/events/{here.picnic}/reminders",
        ),
        Place("events.import_file", "event-import", f"/events/{here.picnic}/import"),
        Place("events.list_events", "events", "/events"),
        Place(
            "events.list_events",
            "events-nothing-found",
            "/events?search=nothing",
            ADMIN,
        ),
        Place("events.add_event", "events-add", "/events/add"),
        Place(
            "events.add_event",
            "events-add-mistakes",
            "/events/add",
            ADMIN,
            reach="bad_event",
        ),
        Place("events.show_event", "event", f"/events/{here.event}"),
        Place("events.edit_event", "event-edit", f"/events/{here.event}/edit"),
        Place(
            "events.add_registration",
            "event-register",
            f"/events/{here.event}/register",
        ),
        Place("groups.list_groups", "groups", "/groups"),
        Place("groups.show_group", "group", "/groups/1"),
        Place("groups.show_group", "group-undo", f"/groups/1?added={ADDED_AT}&unchanged=2", ADMIN),
        Place(
            "blasts.compose_for_people",
            "compose-people",
            f"/blasts/new/people?list=event&list_id={here.event}&everyone=1",
        ),
        Place(
            "groups.change_listed_people",
            "groups-choose",
            f"/groups/people?list=event&list_id={here.event}&everyone=1",
        ),
        Place("groups.delete_group_with_memberships", "groups-delete", "/groups/1/delete", ADMIN),
        Place("groups.add_group", "groups-add", "/groups/add", ADMIN),
        Place("groups.edit_group", "groups-edit", "/groups/1/edit", ADMIN),
        Place("segments.list_segments", "segments", "/segments"),
        Place("segments.show_segment", "segment", "/segments/1"),
        Place("segments.add_segment", "segments-new", "/segments/new"),
        Place("segments.edit_segment", "segments-edit", "/segments/1/edit"),
        Place("keywords.list_keywords", "keywords", "/keywords"),
        Place(
            "keywords.list_keywords",
            "keywords-nothing-found",
            "/keywords?search=nothing",
            ADMIN,
        ),
        Place("keywords.add_keyword", "keywords-add", "/keywords/add"),
        Place(
            "keywords.add_keyword",
            "keywords-add-mistakes",
            "/keywords/add",
            ADMIN,
            reach="bad_keyword",
        ),
        Place("keywords.edit_keyword", "keywords-edit", f"/keywords/{here.keyword}/edit"),
        Place("surveys.list_surveys", "surveys", "/surveys"),
        Place("surveys.add_survey", "surveys-add", "/surveys/add?start=coming"),
        Place(
            "surveys.add_survey",
            "surveys-add-mistakes",
            "/surveys/add",
            ADMIN,
            reach="bad_survey",
        ),
        Place("surveys.show_survey", "survey", f"/surveys/{here.survey}"),
        Place("surveys.edit_survey", "survey-edit", f"/surveys/{here.survey}/edit", ADMIN),
        Place(
            "surveys.list_survey_answers",
            "survey-answers",
            f"/surveys/{here.survey}/answers?question=4",
        ),
        Place(
            "surveys.list_survey_answers",
            "survey-not-understood",
            f"/surveys/{here.survey}/answers",
            ADMIN,
        ),
        Place(
            "surveys.show_survey_session",
            "survey-person",
            f"/surveys/{here.survey}/sessions/{here.session}",
        ),
        Place(
            "surveys.delete_survey",
            "survey-delete",
            f"/surveys/{here.survey}/delete",
            ADMIN,
        ),
        Place(
            "blasts.compose_blast",
            "compose-survey",
            f"/blasts/new?survey={here.survey}",
        ),
        Place("suppression.list_suppressed_numbers", "do-not-text", "/suppression", ADMIN),
        Place(
            "suppression.list_suppressed_numbers",
            "do-not-text-dead",
            "/suppression?why=number_dead",
            ADMIN,
        ),
        Place(
            "suppression.import_file",
            "do-not-text-import",
            "/suppression/import",
            ADMIN,
        ),
        Place("people.show_person", "person", f"/people/{zoe}"),
        Place("people.show_archived_texts", "person-archive", f"/people/{zoe}/archive/2024"),
        Place("people.show_held_data", "person-data", f"/people/{zoe}/data", ADMIN),
        Place("people.erase_person", "person-erase", f"/people/{zoe}/erase", ADMIN),
        Place("people.edit_person_fields", "person-fields", f"/people/{zoe}/fields"),
        Place("people.change_person_number", "person-number", f"/people/{zoe}/number", ADMIN),
        Place("people.join_person", "person-join", f"/people/{zoe}/join/{ANOTHER_PERSON}", ADMIN),
        Place("people.list_fields", "fields", "/settings/fields", ADMIN),
        Place("people.add_field", "fields-add", "/settings/fields/add", ADMIN),
        Place("people.edit_field", "fields-edit", "/settings/fields/1", ADMIN),
        Place("people.delete_field", "fields-delete", "/settings/fields/1/delete", ADMIN),
        Place(
            "suppression.add_suppressed_number",
            "do-not-text-add",
            "/suppression/add",
            ADMIN,
        ),
        Place("sandbox.list_phones", "practice-phones", "/sandbox"),
        Place("sandbox.show_phone", "practice-phone", f"/sandbox/{zoe}"),
        Place("inbox.list_conversations", "inbox", "/inbox?state=all"),
        Place(
            "inbox.list_conversations",
            "inbox-nothing-found",
            "/inbox?search=nobody",
            ADMIN,
        ),
        Place("inbox.show_conversation", "conversation", f"/inbox/{here.talk}"),
        Place(
            "inbox.show_conversation",
            "conversation-doubtful",
            f"/inbox/{here.doubtful_talk}",
        ),
        Place(
            "inbox.show_conversation",
            "conversation-stranger",
            f"/inbox/{here.stranger}",
        ),
        Place(
            "inbox.show_conversation",
            "conversation-misread",
            f"/inbox/{here.misread}?state=all",
            ADMIN,
        ),
        Place(
            "inbox.show_conversation",
            "conversation-person",
            f"/inbox/{here.talk}#about",
            ADMIN,
        ),
        Place(
            "inbox.show_conversation",
            "conversation-mistakes",
            f"/inbox/{here.talk}",
            ADMIN,
            reach="bad_reply",
        ),
        Place("message_templates.list_templates", "templates", "/templates"),
        Place("message_templates.show_template", "template", "/templates/1", ADMIN),
        Place("message_templates.add_template", "template-add", "/templates/add"),
        Place("message_templates.edit_template", "template-edit", "/templates/1/edit"),
        Place("inbox.list_saved_replies", "saved-replies", "/inbox/replies"),
        Place("inbox.add_saved_reply", "saved-reply-add", "/inbox/replies/add"),
        Place("inbox.edit_saved_reply", "saved-reply-edit", "/inbox/replies/1/edit"),
        Place("accounts.list_users", "users", "/users", ADMIN),
        Place("accounts.add_user", "users-add", "/users/add", ADMIN),
        Place("accounts.edit_user", "users-edit", f"/users/{here.user}/edit", ADMIN),
        Place("accounts.list_sets", "permission-sets", "/users/permissions", ADMIN),
        Place("accounts.add_set", "permission-sets-add", "/users/permissions/add", ADMIN),
        Place("accounts.edit_set", "permission-set", "/users/permissions/1/edit", ADMIN),
        Place(
            "accounts.choose_user_permissions",
            "users-permissions",
            f"/users/{here.user}/permissions",
            ADMIN,
        ),
        Place("accounts.edit_sender_limit", "users-limit", f"/users/{here.user}/limit", ADMIN),
        Place("accounts.change_own_password", "account", "/account/password"),
        Place("accounts.edit_own_email", "account-email", "/account/email"),
        Place("accounts.list_own_sessions", "account-sessions", "/account"),
        Place("accounts.confirm_sign_in", "account-confirm", "/account/confirm"),
        Place("accounts.show_second_factor", "account-factor", "/account/second-factor"),
        Place("audit.list_audit_events", "audit", "/audit", ADMIN),
        Place("organisation.edit_settings", "settings", "/settings", ADMIN),
        Place("sending_limits.edit_limits", "limits", "/settings/limits", ADMIN),
        Place("switches.choose_features", "features", "/settings/features", ADMIN),
        Place("health.list_slow_statements", "slow", "/settings/slow-statements", ADMIN),
        Place("backups.list_backups", "backups", "/settings/backups", ADMIN),
        Place("trash.list_trash", "trash", "/trash", ADMIN),
        Place("retention.edit_retention", "retention", "/settings/retention", ADMIN),
        Place(
            "texting_hours.edit_texting_hours", "texting-hours", "/settings/texting-hours", ADMIN
        ),
        Place("notices.list_notices", "notices", "/notices"),
        Place("notices.edit_own_choices", "notices-choices", "/account/notices"),
        Place("notices.edit_chats", "notices-settings", "/settings/notices", ADMIN),
        Place("errors", "not-there", "/nothing-here", status=404),
        Place("errors", "not-yours", "/settings", ("sol",), status=403),
    ]


CHECK = ".sticky >> text=Review"
# What a new organisation sees before it has anybody: every page that lists something.
EMPTY = (
    "/",
    "/blasts/new",
    "/blasts/logs",
    "/blasts/scheduled",
    "/inbox",
    "/inbox/replies",
    "/community",
    "/groups",
    "/segments",
    "/settings/fields",
    "/events",
    "/keywords",
    "/surveys",
    "/suppression",
    "/sandbox",
    "/audit",
    "/users",
)


def write(page, text):
    """A new text: what an earlier visit left in the browser is discarded."""
    left = page.locator("button:text-is('Discard')")
    if left.count():
        with page.expect_navigation():
            left.click()
    page.fill("#message_body", text)


def preview(page):
    """A text, and how it reads."""
    write(page, PICNIC)
    page.wait_for_selector(".phone")


def mistakes(page):
    """A placeholder that does not exist."""
    refused(page, CHECK, message_body="Hi {nickname}, see you “soon” 🎉")


def later(page):
    """The fields for another day."""
    write(page, PICNIC)
    page.click("label:text-is('Later')")


def end(page):
    """The fields for a time after which it is too late, which are folded away at first."""
    write(page, PICNIC)
    page.click("text=Stop sending at")
    page.fill("#end_date", "2028-05-08")
    page.fill("#end_time", "21:00")


def bad_end(page):
    """An end that has passed."""
    end(page)
    refused(page, CHECK, end_date="2020-05-08")


def review_end(page):
    """The page before sending, with an end."""
    end(page)
    check(page)
    page.wait_for_selector("h1:text('Review')")


def review(page):
    """The page before sending, for many people."""
    write(page, PICNIC + " Don’t miss it!")
    check(page)
    page.wait_for_selector("h1:text('Review')")


def review_later(page):
    """The same for a day to come, and few people."""
    later(page)
    page.click(".to summary")
    page.click("label:text-is('People of an event')")
    page.select_option("#event_id", index=1)
    page.fill("#schedule_date", "2027-05-08")
    page.fill("#schedule_time", "20:45")
    check(page)
    page.wait_for_selector("h1:text('Review')")


def lists(page):
    """A text to two lists but not to a third, and not to anyone who was texted today."""
    write(page, "Hi {first_name|friend}, {Voice part|singers} meet at six.")
    page.click(".to summary")
    page.click("label:text-is('Groups and other lists')")
    for label in ("Include Choir", "Include Choir, and Spanish speakers", "Leave out Church"):
        page.check(f"label:has-text('{label}') >> nth=0")
    page.wait_for_selector(".to summary:has-text('but not')")


def review_lists(page):
    """The page before sending, for lists."""
    lists(page)
    check(page)
    page.wait_for_selector("h1:text('Review')")


def new_field(page):
    """A column that becomes a field, whose name, type and class are open."""
    last = page.locator("#columns select[id^=column_]").last
    last.select_option(label="New field")
    page.locator(".new-field summary").last.click()


def bad_person(page):
    """A number that no phone can have."""
    refused(page, ".sticky >> text=Add person", name="Tom", phone="123")


def bad_event(page):
    """A time without a day, and no title."""
    refused(page, ".sticky >> text=Add event", start_time="18:30")


def bad_keyword(page):
    """A word of the law, and nothing to answer."""
    page.click("label:text-is('Register them for an event')")
    refused(page, ".sticky >> text=Add keyword", keyword="stop")


def bad_survey(page):
    """A choice without choices, and a keyword that means STOP."""
    page.select_option("#questions-0-kind", "choice")
    refused(page, ".sticky >> text=Add survey", trigger_keyword="stop")


def bad_reply(page):
    """A reply with a placeholder that does not exist."""
    page.fill("#body", "Hi {nickname}!")
    page.click("text=Send reply")
    page.wait_for_selector("#body-error")


def refused(page, button, **typed):
    """Fill fields by their ids and press the button: the form comes back with what is wrong."""
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.click(button)
    page.wait_for_selector(".summary")


def check(page):
    """On to the review page."""
    page.click(CHECK)


MISTAKES = (
    mistakes,
    bad_end,
    bad_person,
    bad_event,
    bad_keyword,
    bad_survey,
    bad_reply,
)
WAYS = (
    preview,
    later,
    end,
    lists,
    new_field,
    review,
    review_later,
    review_lists,
    review_end,
    *MISTAKES,
)
REACH = {each.__name__: each for each in WAYS}


def go(page, url, place):
    """Show a page of the server at `url`, with whatever has to be done to reach it.

    Fails unless it answers with the status of the place: a test that never asks looks at
    error pages.
    """
    # There is no answer where only the part after "#" is another.
    response = page.goto(url + place.address) or page.reload()
    assert response.status == place.status, f"{response.status} for {place.address}"
    if place.reach:
        REACH[place.reach](page)
    return page
