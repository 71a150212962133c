"""A number with the name of its person, as lists hand people on."""

# (name, phone): None for a person without a name; the phone is E.164.
NamedPhone = tuple[str | None, str]
