"""Writing templates: saving, restoring, deleting, counting their use."""
