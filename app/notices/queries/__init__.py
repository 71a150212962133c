"""Reads notices, who hears what, and the organisation's chats."""
