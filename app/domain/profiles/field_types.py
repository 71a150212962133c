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
FIELD_CLASS_LABELS = {
    FieldClass.PUBLIC: "Public",
    FieldClass.ADMINISTRATIVE: "Administrative",
    FieldClass.SENSITIVE: "Sensitive",
}
FIELD_CLASS_HINTS = {
    FieldClass.PUBLIC: "Can be put in texts. All users see and edit it.",
    FieldClass.ADMINISTRATIVE: "All users see and edit it, but it can't be put in texts.",
    FieldClass.SENSITIVE: "Only admins see and edit it. It can't be put in texts.",
}


def may_see_field(field_class: FieldClass, role: Role) -> bool:
    """Whether a user with this role sees and edits the values of a field."""
    return role == Role.ADMIN or field_class is not FieldClass.SENSITIVE
