"""Prepares the process whose forks are gunicorns: what they import, and what each would compute.

The rules of the program take 200 ms of a processor, the checksums of its migrations 60 ms, the
words of opt-outs 30 ms, and each template that a server shows 5 ms.
"""

from app.domain.texts.text_intent import classify_text
from app.migrations.migration_files import find_migrations
from tests import gunicorn_fork  # noqa: F401 -- forks find it imported
from tests.compiled_templates import keep_compiled_templates
from tests.shared_rules import compile_rules

keep_compiled_templates()
compile_rules()
find_migrations()
classify_text("Please stop texting me")
