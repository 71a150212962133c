"""The community members: people who receive community blasts."""
