"""The blueprint of Home and of the page Sending."""

from flask import Blueprint

bp = Blueprint("dashboard", __name__)
