"""Settings of the property tests: no deadline (two shared cores), no examples kept."""

from hypothesis import settings

settings.register_profile("domain", deadline=None, database=None, max_examples=200)
settings.load_profile("domain")
