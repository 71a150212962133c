"""The forms of notices: the channels that one wants, and a chat."""
