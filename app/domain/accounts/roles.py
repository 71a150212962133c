"""The roles a user of the application may have."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do."""

    ADMIN = "admin"
    SOCIAL_MANAGER = "social_manager"

    @property
    def label(self) -> str:
        """The role as pages show it."""
        return ROLE_LABELS[self]


ROLE_LABELS: dict[Role, str] = {
    Role.ADMIN: "Admin",
    Role.SOCIAL_MANAGER: "Social manager",
}
# What each role is for, as a sentence.
ROLE_DESCRIPTIONS: dict[Role, str] = {
    Role.ADMIN: (
        "Can do everything. Only admins can add people to the community, manage users, delete, "
        "export, change settings, resend texts and see the audit."
    ),
    Role.SOCIAL_MANAGER: (
        "Can write and send blasts, answer the inbox, and manage events, surveys and keywords."
    ),
}
