"""The made-up people: names of many languages, and numbers that are reserved for fiction."""

from typing import NamedTuple

from app.demo_data import MEMBER_NAMES

# 555-01xx is reserved for fiction: no one has these numbers. Most people live nearby.
AREA_CODES = ("303", "720", "970")
PHONES_PER_AREA = 100
MEMBER_COUNT = 214
# Those who were in the first spreadsheet; the others came one after the other during the year.
FIRST_IMPORT_COUNT = 138
# Names of the sample contacts that test pages more than they look like people.
UNLIKELY_NAMES = {"Null", "Xu", "Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine", "Tom"}

GIVEN_AND_FAMILY_NAMES = (
    (
        "Ruth Walter Denise Curtis Loretta Marcus Yvonne Ellen Russell Joanna Caleb Margaret",
        "Holloway Brooks Sanders Coleman Whitaker Lindgren Prescott Ames",
    ),
    (
        "Guadalupe Raúl Esperanza Diego Inés Andrés Marisol Joaquín",
        "Salazar Gutiérrez Ibarra Peña Núñez Valdez",
    ),
    ("Kwame Abena Kofi Ama Yaw Efua", "Mensah Asante Boateng Osei"),
    ("Linh Minh Thảo Quân Hương Tuấn", "Nguyễn Trần Phạm Lê"),
    ("Selam Dawit Hanna Yonas Meron", "Tesfaye Bekele Haile"),
    ("Olena Taras Iryna Mykola", "Shevchenko Kovalenko Bondar"),
    ("Mei Jun Li Hao", "Chen Wang Liu"),
    ("Fatima Yusuf Amina Omar", "Haddad Nasser Khalil"),
    ("Jihoon Seoyeon Minjun", "Kim Park Choi"),
)


class DemoMember(NamedTuple):
    """A made-up person."""

    name: str | None
    phone: str


def build_members() -> list[DemoMember]:
    """Return the members in the order in which they joined; a few have no name."""
    names = _list_names()
    members = []
    for index in range(MEMBER_COUNT):
        # Someone who texted JOIN is known by the number alone.
        name = None if index % 53 == 52 else names[index]
        members.append(DemoMember(name, build_phone(index)))
    return members


def build_phone(index: int) -> str:
    """Return the number of the person with this index."""
    area = AREA_CODES[index // PHONES_PER_AREA]
    return f"+1{area}55501{index % PHONES_PER_AREA:02}"


def _list_names() -> list[str]:
    """Return the names of the sample contacts, each followed by three that are put together."""
    likely = [name for name in MEMBER_NAMES if name and name not in UNLIKELY_NAMES]
    combined = _combine_names()
    names = []
    for position, name in enumerate(likely):
        names.append(name)
        names += combined[3 * position : 3 * position + 3]
    return list(dict.fromkeys(names + combined))


def _combine_names() -> list[str]:
    """Return given and family names of one language together, the languages by turns."""
    columns = []
    for given_names, family_names in GIVEN_AND_FAMILY_NAMES:
        first_names, family = given_names.split(), family_names.split()
        pairs = [f"{a} {b}" for b in family for a in first_names]
        # Sorted by a fixed scramble, so that a family does not stand in one block.
        columns.append(sorted(pairs, key=lambda pair: sum(map(ord, pair)) * 7919 % 101))
    longest = max(map(len, columns))
    return [column[row] for row in range(longest) for column in columns if row < len(column)]
