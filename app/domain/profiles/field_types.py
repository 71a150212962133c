"""The types of fields, and the classes that say who sees a field and whether texts may name it."""

from enum import StrEnum

from app.domain.accounts.roles import Role


class FieldType(StrEnum):
    """What the values of a field are. The words are stored."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


class FieldClass(StrEnum):
    """Who sees a field, and whether it can be put in texts. The words are stored."""

    PUBLIC = "public"
    ADMINISTRATIVE = "administrative"
    SENSITIVE = "sensitive"


FIELD_TYPE_LABELS = {
    FieldType.TEXT: "Text",
    FieldType.NUMBER: "Number",
    FieldType.DATE: "Date",
    FieldType.CHOICE: "Choice",
    FieldType.YES_NO: "Yes or no",
}
# Who sees and edits it, and whether texts may name it.
FIELD_CLASS_LABELS = {
    FieldClass.PUBLIC: "All users, and it can be put in texts",
    FieldClass.ADMINISTRATIVE: "All users",
    FieldClass.SENSITIVE: "Only admins",
}


def may_see_field(field_class: FieldClass, role: Role) -> bool:
    """Whether a user with this role sees and edits the values of a field."""
    return role == Role.ADMIN or field_class is not FieldClass.SENSITIVE
