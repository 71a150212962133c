"""A spreadsheet on its way in: uploaded, checked, and not yet confirmed."""
