"""The room itself, apart from its doors, so that every module of views can hang its doors here."""

from flask import Blueprint

bp = Blueprint("blasts", __name__, url_prefix="/blasts")
