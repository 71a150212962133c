"""The WSGI application. Importing it writes nothing: gunicorn.conf.py prepares and sends."""

from app import create_app
from app.startup import load_settings_or_exit

app = create_app(load_settings_or_exit())
