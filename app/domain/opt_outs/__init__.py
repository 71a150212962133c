"""Rules about opting out: how people ask for it, and the default replies to it."""
