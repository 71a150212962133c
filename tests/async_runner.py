"""Coroutines in tests, on a loop and a thread of their own: the browser's driver keeps a loop
in the main one.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run_coroutine(coroutine):
    """What the coroutine returns."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
