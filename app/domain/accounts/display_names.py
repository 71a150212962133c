"""How pages call a user."""


def find_given_name(shown_name: str) -> str:
    """Return the first word of a name, by which Home greets: "Grace" of "Grace Okafor"."""
    return shown_name.split()[0] if shown_name.split() else shown_name
