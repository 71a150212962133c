"""A small app that shows every template component with made-up values, for people and tests."""
