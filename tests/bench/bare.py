"""The baseline for receipts: a Flask view that verifies a signature and stores one row, and
nothing else.

Served by gunicorn with as many threads as our own server: `BARE_DATABASE=… gunicorn …
tests.bench.bare:app`.
"""

import os
import sqlite3
import threading

from flask import Flask, abort, request
from twilio.request_validator import RequestValidator

app = Flask(__name__)
here = threading.local()
lock = threading.Lock()
DATABASE = os.environ.get("BARE_DATABASE", ":memory:")
BASE = os.environ.get("BARE_BASE", "")
TABLE = (
    "CREATE TABLE IF NOT EXISTS receipts (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, sid TEXT, status"
    " TEXT)"
)


def database() -> sqlite3.Connection:
    """This thread's connection, as careful as ours."""
    if not hasattr(here, "connection"):
        here.connection = sqlite3.connect(DATABASE, isolation_level=None, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            here.connection.execute(f"PRAGMA {pragma}")
        here.connection.execute(TABLE)
    return here.connection


@app.get("/health")
def health() -> str:
    """It answers."""
    return "ok"


@app.post("/webhooks/twilio/status/<ref>")
def receipt(ref: str) -> tuple[str, int]:
    """One signature, one row, one commit."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not RequestValidator("t" * 32).validate(BASE + request.path, request.form, signature):
        abort(403)
    row = (ref, request.form["MessageSid"], request.form["MessageStatus"])
    with lock:
        connection = database()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT OR IGNORE INTO receipts (ref, sid, status) VALUES (?, ?, ?)", row
        )
        connection.execute("COMMIT")
    return "", 204
