"""Reading the runs of backups."""
