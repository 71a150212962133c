"""Sends notices by e-mail, text and to chats; never inside write()."""
