"""The pages of the sandbox phones."""

from app.sandbox.views import phone_detail, phone_list
from app.sandbox.views.blueprint import bp

__all__ = ["bp", "phone_list", "phone_detail"]
