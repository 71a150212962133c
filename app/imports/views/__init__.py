"""Importing, in steps that know no list: a room that has one hangs them up below an address of
its own.
"""

from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig

__all__ = ["ImporterConfig", "register_import_routes"]
