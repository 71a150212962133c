"""Imports of spreadsheets: a file is uploaded, its rows are checked, then they are confirmed."""
