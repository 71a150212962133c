"""Reconcile from the command line, while the program runs or not."""

import asyncio
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.engine.reconciliation import ReconcileResult, Reconciliation


def run_reconcile(app: Flask, release_gone_blast: Callable[[int], bool]) -> ReconcileResult | None:
    """Run Reconcile to its end; None when the carrier's list could not be read."""
    return asyncio.run(_reconcile(app, release_gone_blast))


async def _reconcile(
    app: Flask, release_gone_blast: Callable[[int], bool]
) -> ReconcileResult | None:
    carrier = create_carrier(app)
    try:
        return await Reconciliation(app, carrier, _run_at_once, release_gone_blast).run()
    finally:
        await carrier.close()


async def _run_at_once(work: Callable[..., Any], *values: Any) -> Any:
    """Call the work: nothing else runs on this loop, so it may block it."""
    return work(*values)
