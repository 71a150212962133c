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
