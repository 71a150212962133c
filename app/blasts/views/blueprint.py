"""The blueprint of the blasts' pages; the modules of views add their routes to it."""

from flask import Blueprint

bp = Blueprint("blasts", __name__, url_prefix="/blasts")
