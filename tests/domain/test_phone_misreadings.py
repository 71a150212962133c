"""Numbers that could be read as a stranger's: without plus, as decimals, two in a cell."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber, PhoneProblem
from app.domain.phones.phone_renumbering import canonicalize_phone

# Text, home country, number: the country's own mobile without its plus, and Excel's decimals.
READ = [
    ("491711234567", "DE", "+491711234567"),
    ("4915112345678", "DE", "+4915112345678"),
    ("49 171 1234567", "DE", "+491711234567"),
    ("49-171-1234567", "DE", "+491711234567"),
    ("(49) 171 1234567", "DE", "+491711234567"),
    ("49 (0)171 1234567", "DE", "+491711234567"),
    ("49 0171 1234567", "DE", "+491711234567"),
    ("4917112345678", "DE", "+4917112345678"),
    ("0171 1234568", "DE", "+491711234568"),
    ("0171/1234569", "DE", "+491711234569"),
    ("+49/171/1234567", "DE", "+491711234567"),
    ("171 1234567", "DE", "+491711234567"),
    ("436641234567", "AT", "+436641234567"),
    ("0664/123/4567", "AT", "+436641234567"),
    ("358401234567", "FI", "+358401234567"),
    ("352621123456", "LU", "+352621123456"),
    ("6281234567890", "ID", "+6281234567890"),
    ("62812345678", "ID", "+62812345678"),
    ("3931234567", "IT", "+393931234567"),
    ("393331234567", "IT", "+393331234567"),
    ("9123456789", "IN", "+919123456789"),
    ("5599876543", "BR", None),
    ("55 99876 5432", "BR", "+5555998765432"),
    ("84 1234 567", "VN", "+84841234567"),
    ("64211234567", "NZ", "+64211234567"),
    ("385911234567", "HR", "+385911234567"),
    ("79161234567", "RU", "+79161234567"),
    ("447921123456", "GB", "+447921123456"),
    ("1711234567.0", "DE", "+491711234567"),
    ("1711234567,00", "DE", "+491711234567"),
    ("1711234567.", "DE", "+491711234567"),
    ("1711234567. ", "DE", "+491711234567"),
    ("1711234567.000000", "DE", "+491711234567"),
    ("491711234567.0", "DE", "+491711234567"),
    ("+491711234567.0", "DE", "+491711234567"),
    ("3035550142.0", "US", "+13035550142"),
    ("3035550142,0", "US", "+13035550142"),
    ("1.711.234.567", "DE", "+491711234567"),
    ("303.555.0142", "US", "+13035550142"),
    ("+13035550142 ::: +13035550142", "US", None),
]
# Text, home country, the numbers that the sentence offers.
TWO_IN_A_CELL = [
    ("0171 1234567/8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567 / 8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567/68", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567, 8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567-8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567 8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567 (8)", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567;8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171/1234567/8", "DE", ["0171 1234567", "0171 1234568"]),
    ("0171 1234567/0172 1234568", "DE", ["0171 1234567", "0172 1234568"]),
    ("0171/1234567 oder 0172/1234568", "DE", ["0171 1234567", "0172 1234568"]),
    ("3035550142;3035550143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("+13035550144 ::: +13035550145", "US", ["(303) 555-0144", "(303) 555-0145"]),
    ("+13035550144+13035550145", "US", ["(303) 555-0144", "(303) 555-0145"]),
    ("3035550142 3035550143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("303-555-0142 / 0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("303-555-0142, 303-555-0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("303-555-0142 or 303-555-0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("303-555-0142 & 303-555-0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("303-555-0142\n303-555-0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("303-555-0142 - 303-555-0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
    ("Home: 303-555-0142 Cell: 303-555-0143", "US", ["(303) 555-0142", "(303) 555-0143"]),
]
# Text, home country, the spelling that the sentence shows.
HINTS = [
    ("1 55 1234 5671", "MX", "55 1234 5671"),
    ("521 55 1234 5671", "MX", "55 1234 5671"),
    ("541123456789", "US", "+54 9 11 2345 6789"),
    ("708091011.0", "CI", "07 08 09 1011"),
    ("5215512345672", "MX", "55 1234 5672"),
    ("+52 1 55 1234 5673", "MX", "+52 55 1234 5673"),
    ("044 55 1234 5674", "MX", "55 1234 5674"),
    ("01 55 1234 5674", "MX", "55 1234 5674"),
    ("5215512345672", "US", "+52 55 1234 5672"),
    ("(11) 8765-4321", "BR", "(11) 98765-4321"),
    ("011 8765-4321", "BR", "(11) 98765-4321"),
    ("551187654321", "BR", "(11) 98765-4321"),
    ("+55 31 9188-6910", "BR", "+55 31 99188 6910"),
    ("08 12 34 56", "CI", "07 08 12 3456"),
    ("708123456", "CI", "07 08 12 3456"),
    ("+225 45 12 34 56", "CI", "+225 05 45 12 3456"),
    ("97 12 34 56", "BJ", "01 97 12 34 56"),
    ("197123456", "BJ", "01 97 12 34 56"),
    ("0120 123 4567", "VN", "0701 234 567"),
    ("9712 3456", "CM", "6 97 12 34 56"),
    ("447921123456", "US", "+44 7921 123456 (Britain, UK)"),
    ("525512345678", "US", "+52 55 1234 5678 (Mexico)"),
    ("918765432109", "US", "+91 87654 32109 (India)"),
    ("491711234567", "GB", "+49 171 1234567 (Germany)"),
    ("447921123456", "DE", "+44 7921 123456 (Britain, UK)"),
    ("0044 7921 123456", "US", "+44 7921 123456"),
]


def refuse(text, region):
    """Return the refusal of a text."""
    with pytest.raises(InvalidPhoneNumber) as refused:
        PhoneNumber.parse(text, region)
    return refused.value


@pytest.mark.parametrize(("text", "region", "e164"), [row for row in READ if row[2]])
def test_a_mobile_is_read_and_never_a_strangers_landline(text, region, e164):
    assert PhoneNumber.parse(text, region).e164 == e164


@pytest.mark.parametrize(("text", "region", "numbers"), TWO_IN_A_CELL)
def test_two_numbers_in_one_cell_are_refused_with_both(text, region, numbers):
    refused = refuse(text, region)
    assert refused.problem is PhoneProblem.TWO_NUMBERS
    assert "two numbers in one field" in refused.sentence
    for number in numbers:
        assert number in refused.sentence


@pytest.mark.parametrize(("text", "region", "spelling"), HINTS)
def test_the_right_spelling_is_shown_where_it_is_known(text, region, spelling):
    assert spelling in refuse(text, region).sentence


@pytest.mark.parametrize(
    ("text", "region"),
    [("1711234567.5", "DE"), ("1711234567,25", "DE"), ("1.71E+09", "DE"), ("4.91711E+11", "DE")],
)
def test_a_broken_decimal_is_refused(text, region):
    refuse(text, region)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_country_reads_its_own_mobiles_in_each_spelling(region):
    """With plus, without it, with and without the zero, grouped or not."""
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if example is None:
        return
    e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    spellings = [e164, e164[1:], phonenumbers.national_significant_number(example)]
    for style in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL):
        spellings.append(phonenumbers.format_number(example, style))
    read = {PhoneNumber.parse(written, region).e164 for written in spellings}
    assert read == {canonicalize_phone(e164)}
