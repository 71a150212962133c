"""The version of the program; CHANGELOG.md says what each brought."""

VERSION = "0.4.0"
