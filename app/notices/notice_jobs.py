"""The job of each minute: read what is new, and send what is due."""

from collections.abc import Callable

from app.core.clock import now
from app.notices.sending.outbox import send_due_notices
from app.notices.sources.source_polling import SourcePolling


class NoticeJob:
    """Tells staff, in the process that leads; one run at a time."""

    def __init__(self) -> None:
        self.polling = SourcePolling()

    def run(self, is_stopping: Callable[[], bool]) -> None:
        """Store what is new and send what is due. Raises DATABASE_ERRORS."""
        moment = now()
        if self.polling.poll(moment):
            send_due_notices(moment, is_stopping)
