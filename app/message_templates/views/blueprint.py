"""The blueprint of the templates."""

from flask import Blueprint

bp = Blueprint("message_templates", __name__, url_prefix="/templates")
