"""Why something is not a number we can text, in the words that the person who typed it sees."""

from enum import Enum

from phonenumbers import PhoneNumberType, ValidationResult


class PhoneProblem(Enum):
    """Why a number is refused; the value is the sentence that pages show."""

    EMPTY = "Enter a phone number."
    NOT_A_NUMBER = "This does not look like a phone number."
    EXTENSION = "A number with an extension can’t receive texts."
    LETTERS = "A phone number has no letters. Enter only its digits."
    NO_COUNTRY = "No country has a number that starts like this."
    NOT_IN_USE = "No phone can have this number. Is a digit missing or wrong?"
    TOO_SHORT = "This number is too short. Is the area code or a digit missing?"
    TOO_LONG = "This number is too long. Is there an extra digit or a second number?"
    TWO_NUMBERS = "There are two numbers in one field. Keep the one to text."
    TWO_READINGS = "This could be two different numbers. Enter it with + and the country code."
    SHORT_CODE = "This is a short code, not a person's number. Enter the number with its area code."
    PREMIUM = "This is a premium number. Texts to it cost extra and are not read."
    TOLL_FREE = "This is a company's toll-free number, not a person's phone."
    SATELLITE = "Satellite and worldwide network numbers can’t be texted."
    FORWARDING = "This number only forwards calls. It can’t receive texts."


class InvalidPhoneNumber(ValueError):
    """The text is not a number we can text.

    `problem` is the cause; `sentence` is what the person reads, with a hint where there is one.
    """

    def __init__(self, problem: PhoneProblem, hint: str = "") -> None:
        self.problem = problem
        self.sentence = problem.value
        if hint:
            # The hint replaces the second sentence, which only asks what may be wrong.
            first_sentence = problem.value.partition(". ")[0].removesuffix(".")
            self.sentence = f"{first_sentence}. {hint}"
        super().__init__(self.sentence)


PROBLEM_BY_NUMBER_TYPE = {
    PhoneNumberType.PREMIUM_RATE: PhoneProblem.PREMIUM,
    PhoneNumberType.SHARED_COST: PhoneProblem.PREMIUM,
    PhoneNumberType.TOLL_FREE: PhoneProblem.TOLL_FREE,
    PhoneNumberType.PERSONAL_NUMBER: PhoneProblem.FORWARDING,
    PhoneNumberType.VOICEMAIL: PhoneProblem.FORWARDING,
}
PROBLEM_BY_LENGTH = {
    ValidationResult.TOO_SHORT: PhoneProblem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem.TOO_SHORT,
    ValidationResult.TOO_LONG: PhoneProblem.TOO_LONG,
}
