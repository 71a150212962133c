"""The pages of the community."""

from app.community.views import (
    bulk_actions,
    member_editing,
    member_export,
    member_import,
)
from app.community.views.blueprint import bp

__all__ = ["bp", "bulk_actions", "member_import", "member_editing", "member_export"]
