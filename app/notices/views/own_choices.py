"""What one wants to be told of, and by which channels."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import current_username, signed_in_required
from app.core.clock import now
from app.core.db import write
from app.core.settings import current_settings
from app.domain.notices.notice_kinds import EVERY_CHANNEL, NoticeChannel, NoticeKind
from app.domain.notices.notice_sentences import build_test
from app.notices.actions.choice_changes import store_choices
from app.notices.actions.notice_storing import Addressee, News, store_notice
from app.notices.forms.choice_form import (
    CHANNEL_LABELS,
    build_choice_rows,
    read_choices,
)
from app.notices.queries.notice_lists import has_recent_test
from app.notices.queries.readers import can_reach, load_reader
from app.notices.views.blueprint import bp

# A text costs money, and a mail server may take many at once for abuse.
TEST_INTERVAL = timedelta(seconds=30)
UNREACHABLE_SENTENCES = {
    NoticeChannel.MAIL: "No e-mail can reach you: your address is missing or not verified.",
    NoticeChannel.TEXT: "No text can reach you: verify your phone under “Your account”.",
}
QUEUED_SENTENCES = {
    NoticeChannel.BROWSER: "The test is in your list.",
    NoticeChannel.MAIL: "The e-mail is sent within a minute.",
    NoticeChannel.TEXT: "The text is sent within a minute, or at texting hours.",
}


@bp.route("/account/notices", methods=["GET", "POST"])
@signed_in_required
def edit_own_choices() -> ResponseReturnValue:
    """Show and store what one wants to be told of."""
    reader = load_reader(current_user)
    if request.method == "POST":
        choices = read_choices(reader)
        with audited_write("notices.changed", current_username()):
            store_choices(reader.user, choices)
        flash("Your notifications are saved.", "success")
        return redirect(url_for("notices.edit_own_choices"), 303)
    channels = [
        (channel, CHANNEL_LABELS[channel], can_reach(reader.user, channel))
        for channel in EVERY_CHANNEL
    ]
    return render_template(
        "notices/choices.html",
        rows=build_choice_rows(reader),
        channels=channels,
        has_mail=current_settings().has_mail,
        is_admin=current_user.is_admin,
    )


@bp.post("/account/notices/test")
@signed_in_required
def test_own_channel() -> ResponseReturnValue:
    """Put a test into the outbox, for oneself by one channel."""
    channel = request.form.get("channel", "")
    if channel not in EVERY_CHANNEL:
        abort(400)
    _queue_test(NoticeChannel(channel))
    return redirect(url_for("notices.edit_own_choices"), 303)


def _queue_test(channel: NoticeChannel) -> None:
    """Queue a test and say what happens; refuse one that cannot arrive, or follows another."""
    user_id, moment = current_user.id, now()
    if not can_reach(current_user, channel):
        flash(UNREACHABLE_SENTENCES[channel], "error")
        return
    if has_recent_test(user_id, channel, moment - TEST_INTERVAL):
        flash("You asked for a test half a minute ago. Wait a little.", "warning")
        return
    news = News(NoticeKind.TEST, build_test(), f"test:{moment.isoformat()}")
    with write():
        store_notice(news, Addressee(channel, user_id=user_id), moment)
    flash(QUEUED_SENTENCES[channel], "success")
