"""How long the check of a spreadsheet takes: upload, reading, every number judged, every row compared with the list.

L8: 50,000 rows, with the two limits. (That a killed import leaves nobody behind is a test of its own.)
"""

import io

import phonenumbers

from tests.bench.figures import Asked, Figure, seconds
from tests.bench.house import app_with, folder, name, phone
from tests.visit import Visitor

ROWS = 100_000


def run() -> list[Figure]:
    """A file of 100,000 rows, every twentieth faulty; half of the others are on the list already."""
    numbers = [phone(n)[2:] if n % 20 else "12345" for n in range(ROWS)]
    sheet = "name,phone\n" + "".join(f"{name(n)},{number}\n" for n, number in enumerate(numbers))
    with folder() as place:
        visit = Visitor(app_with(place / "sms.db", ROWS // 2))
        visit.token("ada")
        bare = seconds(lambda: [_judge(number) for number in numbers])
        pages = []
        check = seconds(lambda: pages.append(_checked(visit, sheet)))
        confirm = seconds(lambda: pages.append(visit.post(f"{pages[0].location}/confirm", "ada")))
        undo = seconds(lambda: pages.append(visit.post(f"{pages[0].location}/undo", "ada")))
        assert [page.status_code for page in pages] == [303, 303, 303]
    loop = "a bare loop: phonenumbers parse, validate, format"
    faulty = len(range(0, ROWS, 20))
    known = f"{faulty:,} of them faulty, about half of the others on the list already"
    return [
        Figure(f"check of {ROWS:,} rows", check, "s", loop, bare, f"L8; {known}", Asked(most=30)),
        Figure("the same beside the loop", check, "s", loop, bare, "L8", Asked(most=1.5, of_ratio=True)),
        Figure("confirm", confirm, "s", loop, bare, "L8", Asked(most=20)),
        Figure("undo", undo, "s", loop, bare, "", Asked(most=20)),
    ]


def _judge(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _checked(visit: Visitor, sheet: str) -> object:
    """Uploaded, and its page looked at until the check is at its end."""
    page = _upload(visit, sheet)
    while "Checking the file" in visit(page.location, "ada").headings:
        pass
    return page


def _upload(visit: Visitor, sheet: str) -> object:
    return visit("/community/import", "ada", files={"file": (io.BytesIO(sheet.encode()), "people.csv")})
