"""One-time links: an admin makes one, and its user chooses a password with it."""

from dataclasses import dataclass

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions import account_links
from app.accounts.link_models import LINK_LIFETIMES, LinkKind
from app.accounts.link_queries import FoundLink, find_link
from app.accounts.models import AppUser
from app.accounts.password_forms import LinkPasswordForm
from app.accounts.password_hashes import NO_PASSWORD_HASH, hash_password
from app.accounts.views.blueprint import bp
from app.accounts.views.link_addresses import build_link_words, build_shown_url
from app.accounts.views.sign_in_completion import SignInProof, complete_sign_in
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username, public
from app.core.clock import now
from app.core.mail import MailFailed, send_mail
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.domain.accounts.link_mails import write_invitation, write_reset
from app.domain.accounts.one_time_codes import draw_qr_code

OWN_LINK_MESSAGE = "To change your own password, open Your account."
DISABLED_MESSAGE = "This user is disabled. Enable them first."


@dataclass(frozen=True)
class NewLink:
    """A link that was just made. Nothing keeps the token: it is shown and mailed now or never."""

    user_id: int
    kind: LinkKind
    token: str


@bp.post("/users/<int:user_id>/link")
@admin_required
@recent_sign_in_required
def make_user_link(user_id: int) -> ResponseReturnValue:
    """Make a link by which a user chooses a password, and show it once."""
    user = queries.find_user(user_id) or abort(404)
    if user.id == current_user.id or user.disabled_at is not None:
        is_own = user.id == current_user.id
        flash(OWN_LINK_MESSAGE if is_own else DISABLED_MESSAGE, "error")
        return redirect(url_for("accounts.edit_user", user_id=user_id), 303)
    kind = LinkKind.RESET
    if user.password_hash == NO_PASSWORD_HASH:
        kind = LinkKind.INVITE
    username, own_id = user.username, current_user.id
    with audited_write("user.link_made", current_username()) as audit:
        audit.about = username
        audit.details["link"] = kind.value
        token = account_links.make_link(user_id, kind, own_id)
    return show_new_link(NewLink(user_id, kind, token))


def show_new_link(link: NewLink) -> ResponseReturnValue:
    """Mail a new link if its user has an address, and show it to the admin who made it."""
    user = queries.find_user(link.user_id) or abort(404)
    url = build_shown_url(link.token)
    page = render_template(
        "accounts/new_link.html",
        user=user,
        is_invitation=link.kind is LinkKind.INVITE,
        url=url,
        qr_code=draw_qr_code(url),
        ends_at=now() + LINK_LIFETIMES[link.kind],
        mail_outcome=_mail_link(user, link, url),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _mail_link(user: AppUser, link: NewLink, url: str) -> tuple[str, str]:
    """Send the link to the user's address; return the kind and the words of what came of it."""
    settings = current_settings()
    if not user.email or not settings.has_mail:
        return "", ""
    words = build_link_words(user, url, now() + LINK_LIFETIMES[link.kind])
    mail = write_reset(words)
    if link.kind is LinkKind.INVITE:
        mail = write_invitation(words, current_user.shown_name)
    try:
        send_mail(settings, user.email, mail.subject, mail.text)
    except MailFailed as error:
        return "warn", f"The link could not be mailed to {user.email}. {error.sentence}"
    return "ok", f"The link was mailed to {user.email}."


@bp.route("/account/link", methods=["GET", "POST"])
@public
def choose_password() -> ResponseReturnValue:
    """Let the user of a one-time link choose a password. Opening it does not use it up."""
    # In the query: neither our log nor those of the proxies in deploy/ hold queries.
    token = request.values.get("token", "")
    link = find_link(token)
    if link is None or not link.is_usable:
        return _refuse_link(link)
    form = LinkPasswordForm(link.username)
    if not form.validate_on_submit():
        page = render_template("accounts/choose_password.html", form=form, link=link, token=token)
        return page, 422 if form.errors else 200
    password_hash = hash_password(form.new_password.data or "")
    try:
        with audited_write("password.chosen", link.username) as audit:
            audit.user_id = link.user_id
            audit.details["link"] = link.kind.value
            account_links.use_link(token, password_hash)
    except account_links.LinkNotUsable:
        return _refuse_link(find_link(token))
    return _welcome(link)


def _refuse_link(link: FoundLink | None) -> ResponseReturnValue:
    return render_template("accounts/link_refused.html", link=link), 403


def _welcome(link: FoundLink) -> ResponseReturnValue:
    """Sign the user in; a second factor is not passed over."""
    user = queries.find_user(link.user_id)
    if user is not None and not user.has_second_factor:
        complete_sign_in(user, SignInProof(user.session_key), remember=False)
        flash("Your password is set, and you are signed in.", "success")
        return redirect(url_for("dashboard.show_dashboard"), 303)
    flash("Your password is set. Sign in with it.", "success")
    return redirect(url_for("accounts.sign_in"), 303)
