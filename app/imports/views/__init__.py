"""Pages of an import. A feature that has a list registers them below an address of its own."""
