"""Health checks for monitoring: whether the process responds, and whether it is ready to send."""
