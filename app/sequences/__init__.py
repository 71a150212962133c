"""Sequences: texts that follow one after the other once something happened to a person."""
