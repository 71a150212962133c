"""Writing segments and audiences."""
