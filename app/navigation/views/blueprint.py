"""The blueprint of the search and of the live state."""

from flask import Blueprint

bp = Blueprint("navigation", __name__)
