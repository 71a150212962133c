"""Who may change the templates for notices: the law says what some of them must say."""

from flask import abort
from flask_login import current_user

from app.domain.accounts.permissions import Permission
from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.notice_templates import find_standing_reply
from app.message_templates.models import MessageTemplate


def require_notice_right(template: MessageTemplate) -> StandingReply | None:
    """Return the standing reply that a template is for, or None.

    Only whoever may change settings may change one.
    """
    notice = find_standing_reply(template.seed_key)
    if notice is not None and not current_user.may(Permission.CHANGE_SETTINGS):
        abort(403)
    return notice
