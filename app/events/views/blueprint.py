"""The blueprint of the events."""

from flask import Blueprint

bp = Blueprint("events", __name__)
