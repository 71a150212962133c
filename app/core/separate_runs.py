"""Run the same for several things, so that one that fails holds back no other."""

import logging
from collections.abc import Callable, Iterable

from app.core.db import WriteLockTimeout, db

log = logging.getLogger(__name__)


def run_for_each(ids: Iterable[int], run: Callable[[int], int], failure: str) -> int:
    """Run a job for one id after the other; return the sum of what it returns.

    `failure`: what the log says of one that raises, with %s for its id. Raises WriteLockTimeout.
    """
    total = 0
    for id_ in ids:
        try:
            total += run(id_)
        except WriteLockTimeout:
            # Somebody else is writing: those after this one would wait in vain too.
            raise
        except Exception:
            db.session.rollback()
            log.exception(failure, id_)
    return total
