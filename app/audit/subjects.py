"""The things that audit rows are about: their kind and id, and who knows their names."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app

_EXTENSION_KEY = "audit_subjects"
_PERSON_KEY = "audit_person"
_ABOUT_PATTERN = re.compile(
    r"\b(scheduled blast|blast|series|sequence|thread|event|registration|survey|keyword|segment"
    r"|group|field|template) (\d+)"
)


@dataclass(frozen=True, order=True)
class SubjectKey:
    """A thing by its kind ("blast", "thread", "member" …) and id."""

    kind: str
    id: int


@dataclass(frozen=True)
class AuditSubject:
    """What a thing is called now, and the address of its page; of a person the phone too."""

    name: str
    url: str
    phone: str = ""

    @property
    def kept_name(self) -> str:
        """The name that a row keeps: without quotation marks."""
        return self.name.strip("“”")


@dataclass(frozen=True)
class FilteredPerson:
    """The person whose rows are asked for."""

    name: str
    phones: tuple[str, ...]


PersonSource = Callable[[str], FilteredPerson | None]
SubjectSource = Callable[[Iterable[SubjectKey]], Mapping[SubjectKey, AuditSubject]]


def set_subject_source(app: Flask, find_subjects: SubjectSource) -> None:
    """Set the function that names things; they belong to features that this one may not know."""
    app.extensions[_EXTENSION_KEY] = find_subjects


def set_person_source(app: Flask, find_person: PersonSource) -> None:
    """Set the function that finds a person by the id in addresses."""
    app.extensions[_PERSON_KEY] = find_person


def find_filtered_person(public_id: str) -> FilteredPerson | None:
    """Return the person of an id in an address; None for nobody."""
    source: PersonSource = current_app.extensions[_PERSON_KEY]
    return source(public_id)


def find_subjects(keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, AuditSubject]:
    """Return what these things are called now; what is gone is missing."""
    source: SubjectSource = current_app.extensions[_EXTENSION_KEY]
    return source(keys)


def parse_subject_keys(verb: str, about: str | None) -> list[SubjectKey]:
    """Return the things that a row is about, as its `about` names them."""
    text = about or ""
    if verb.startswith("member.") and text.isascii() and text.isdigit():
        return [SubjectKey("member", int(text))]
    return [SubjectKey(kind, int(number)) for kind, number in _ABOUT_PATTERN.findall(text)]
