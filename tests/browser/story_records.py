"""What a story in the browser reads of its database, and the pictures that it keeps."""

import contextlib
import os
import sqlite3


def read_rows(path, statement, *values):
    """The rows of a SELECT on a database that a server writes meanwhile."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement, values).fetchall()


def take_picture(walk, variable, name):
    """With a folder in this environment variable, keep the page as on a desk and on a phone."""
    folder = os.environ.get(variable)
    if not folder:
        return
    for width, height in ((1366, 650), (390, 844)):
        walk.page.set_viewport_size({"width": width, "height": height})
        walk.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    walk.page.set_viewport_size({"width": 1280, "height": 800})
