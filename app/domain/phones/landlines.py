"""Which numbers are landlines, where the number plan of their country tells."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# All of +1 shares its plan between landlines and mobile phones.
NORTH_AMERICA_PREFIX = "+1"


@lru_cache(maxsize=4096)
def is_landline_number(e164: str) -> bool:
    """Whether a number in E.164 can only be a landline. Never raises."""
    if e164.startswith(NORTH_AMERICA_PREFIX):
        return False
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return False
    return bool(phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE)
