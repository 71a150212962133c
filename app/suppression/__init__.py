"""Who must not be texted: they said STOP, or their number does not work."""
