"""The organisation's settings: one row, read by every feature and edited on one page."""
