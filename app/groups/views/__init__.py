"""The pages of the groups. The page of one group is in app/people, for it names people."""

from app.groups.views import group_editing, group_list
from app.groups.views.blueprint import bp

__all__ = ["bp", "group_list", "group_editing"]
