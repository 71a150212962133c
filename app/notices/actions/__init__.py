"""Stores notices, choices and chats. Inside write()."""
