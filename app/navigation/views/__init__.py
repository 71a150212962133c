"""The search over everything, and the state that every open page asks for."""

from app.navigation.views import live_state, search
from app.navigation.views.blueprint import bp

__all__ = ["bp", "live_state", "search"]
