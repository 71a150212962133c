"""Rules for reading contacts from a spreadsheet: headings, columns, rows."""
