"""What changes a series and its dates."""
