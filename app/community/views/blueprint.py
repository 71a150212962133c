"""The blueprint of the community."""

from flask import Blueprint

bp = Blueprint("community", __name__)
