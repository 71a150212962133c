"""The blueprint of the keywords."""

from flask import Blueprint

bp = Blueprint("keywords", __name__, url_prefix="/keywords")
