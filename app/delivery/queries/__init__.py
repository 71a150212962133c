"""Reading what delivery keeps: a module for each kind of row."""
