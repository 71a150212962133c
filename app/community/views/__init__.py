"""The doors of the community."""

from app.community.views import everybody, importing, members
from app.community.views.room import bp

__all__ = ["bp", "everybody", "importing", "members"]
