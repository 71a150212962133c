"""Rules about quiet hours: when a text may be sent to a number, by the clocks where it may be."""
