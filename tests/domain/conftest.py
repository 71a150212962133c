"""Property tests of the law book: no deadline (two shared cores), nothing kept between runs."""

from hypothesis import settings

settings.register_profile("domain", deadline=None, database=None, max_examples=200)
settings.load_profile("domain")
