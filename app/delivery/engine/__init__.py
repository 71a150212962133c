"""The one sender: a background thread with an asyncio loop.

One process leads; every row leaves through here.
"""

from app.delivery.engine.engine_thread import SendEngine

__all__ = ["SendEngine"]
