"""What a carrier's numeric code means: in plain words, whose fault it is, what follows.

Error text is never read.
"""

import csv
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.domain.delivery.circuit_breaker import BreakerRule, parse_breaker_rule

CARRIER_CODES_FILE = Path(__file__).with_name("carrier_codes.csv")


class Blame(StrEnum):
    """Where the fault lies.

    CONSENT and NUMBER touch a person at once; nothing else does, but by strikes.
    """

    CONSENT = "consent"
    NUMBER = "number"
    CIRCUMSTANCE = "circumstance"
    WORDING = "wording"
    SENDER = "sender"
    ACCOUNT = "account"
    COUNTRY = "country"
    CALLBACK = "callback"
    US = "us"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CarrierErrorCode:
    """One code.

    `when` it comes: create, delivery, both or account. `retry` by whom: machine, person,
    after_fix or never. `breaker`: what follows for the blast and its sender, written as in
    breaker.py. `strikes`: 0 never touches the person, 1 at once, n when n different blasts met
    it within no less than `days` days, and nothing arrived between.
    """

    code: int
    description: str
    blame: Blame
    phase: str
    retry: str
    breaker: str
    strikes: int
    strike_days: int = 0

    @property
    def breaker_rule(self) -> BreakerRule | None:
        """What follows for the blast and its sender, None when nothing does."""
        return parse_breaker_rule(self.breaker)

    @property
    def is_sender_wide(self) -> bool:
        """Whether every blast of the sender would meet it too, not this one alone."""
        return self.blame in SENDER_WIDE_BLAMES

    @property
    def may_be_one_number(self) -> bool:
        """Whether the number texted may be the cause, so that one failure among texts that went
        through says little.
        """
        return self.blame in SINGLE_NUMBER_BLAMES

    @property
    def may_mean_country_unreachable(self) -> bool:
        """Whether it may mean that this sender, which works at home, cannot text that country."""
        return self.code in COUNTRY_UNREACHABLE_CODES

    def is_same_cause(self, other: "CarrierErrorCode") -> bool:
        """Whether both count together towards a pause.

        One cause often comes back under several codes (30020, 30021 and 30500 are all Twilio's
        own failure), so it is the blame and the rule that count. Codes without a rule, as a
        phone that is off, never do.
        """
        return (self.blame, self.breaker) == (other.blame, other.breaker)


SENDER_WIDE_BLAMES = frozenset(
    {Blame.SENDER, Blame.ACCOUNT, Blame.COUNTRY, Blame.CALLBACK, Blame.US}
)
# An account that is closed, or a mistake of ours, is the same for everybody: there one failure
# is proof.
SINGLE_NUMBER_BLAMES = frozenset({Blame.SENDER, Blame.WORDING, Blame.COUNTRY})
COUNTRY_UNREACHABLE_CODES = frozenset(
    {21606, 21659}
)  # "… or cannot text there", "… or not to that country"
UNPROCESSED_HTTP_STATUS = 429
UNCERTAIN_ERROR_CODES = frozenset(
    {20500, 20503}
)  # a fault of its own, whatever the HTTP status says
UNPROCESSED_ERROR_CODES = frozenset(
    {20429, 21611, 21730}
)  # Twilio: refused before anything happened, always safe to repeat

# What to do about a fault that pauses a blast, where the blame alone does not say it.
FIX_BY_CODE = {
    20003: "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, then resume.",
    20008: "Put the live account's SID and token in place of the test credentials, then resume.",
    21408: "Switch the country on under Geo permissions in the Twilio console, then resume.",
    21617: "Shorten the text to 1,600 characters and send it as a new blast.",
    21610: "Only they can undo it, by texting START.",
    21703: "Add a sender number to the messaging service in the Twilio console, then resume.",
    21704: "Add a sender number to the messaging service in the Twilio console, then resume.",
    30002: "Ask Twilio support why the account is suspended; resume when it is active again.",
    30007: "Write the text differently, without shortened links or shouting, and send it as a new blast.",
    30032: "Verify the toll-free number in the Twilio console; resume when it is approved.",
    30033: "Look at the campaign's registration in the Twilio console; resume when it is active again.",
    30034: "Register the number for US texts (A2P 10DLC) in the Twilio console; resume when it is approved.",
    30035: "Wait until Twilio has finished setting the number up, then resume.",
    30454: "Raise the limit in the Twilio console or wait until it starts anew, then resume.",
    63038: "Raise the limit in the Twilio console or wait until it starts anew, then resume.",
}
FIX_BY_BLAME = {
    Blame.CONSENT: "Only they can change that, by texting START.",
    Blame.NUMBER: "Ask the person for a number that can get texts.",
    Blame.CIRCUMSTANCE: "Wait a while, then send again.",
    Blame.WORDING: "Change the text and send it as a new blast.",
    Blame.SENDER: "Check the sender number or messaging service in the Twilio console and the settings, then resume.",
    Blame.ACCOUNT: "Look at the account in the Twilio console and put it right, then resume.",
    Blame.COUNTRY: "Allow the country in the Twilio console or use a sender that reaches it, then resume.",
    Blame.CALLBACK: "Check that PUBLIC_BASE_URL is an address Twilio can reach, then resume.",
    Blame.US: "Check TWILIO_API_URL and bring SMS Admin up to date, then resume.",
    Blame.UNKNOWN: "Look the number up in Twilio's list of error codes, then decide whether to send again.",
}


def find_error_code(
    code: int | None, phase: str = "create", *, http_status: int | None = None
) -> CarrierErrorCode:
    """The receipt of a code, or of a missing or unknown one by rule.

    `phase` is 'create' or 'delivery'.

    `http_status` is what the request was answered with; it decides about codes nobody has heard
    of.
    """
    codes, rules = _load_carrier_codes()
    known = codes.get(code or 0)
    if known:
        return known
    status = http_status or (code if code and code < 600 else None)
    rule = _find_http_rule_name(status) if status and phase == "create" else None
    if rule is None:
        rule = f"{phase if phase == 'delivery' else 'create'}_{'unknown' if code else 'none'}"
    found = rules[rule]
    return replace(
        found,
        code=code or status or 0,
        description=found.description.replace("{code}", str(code)),
    )


def get_tls_error_code() -> CarrierErrorCode:
    """The receipt of a carrier whose certificate could not be checked."""
    return _load_carrier_codes()[1]["net_tls_verify"]


def get_missing_sid_error_code() -> CarrierErrorCode:
    """The receipt of a carrier that says yes without naming the text."""
    return _load_carrier_codes()[1]["http_2xx_no_sid"]


def is_immediate_pause(receipt: CarrierErrorCode) -> bool:
    """Whether a blast of which nothing has gone through stops before the next person."""
    return receipt.breaker == "now"


def is_unprocessed_request(http_status: int, code: int | None) -> bool:
    """Whether the carrier refused the request without doing anything, so that a machine may
    repeat it.
    """
    return http_status == UNPROCESSED_HTTP_STATUS or code in UNPROCESSED_ERROR_CODES


def find_error_fix(receipt: CarrierErrorCode) -> str:
    """What a person can do about it, in one sentence."""
    return FIX_BY_CODE.get(receipt.code) or FIX_BY_BLAME[receipt.blame]


def _find_http_rule_name(status: int) -> str | None:
    """The rule for an HTTP status whatever the code; None for the 4xx that say nothing by
    themselves.
    """
    if 300 <= status < 400:
        return "http_3xx"
    if status >= 500:
        return "http_5xx"
    name = f"http_{status}"
    return name if name in _load_carrier_codes()[1] else None


@cache
def _load_carrier_codes() -> tuple[dict[int, CarrierErrorCode], dict[str, CarrierErrorCode]]:
    """Receipts by code, and the rules for everything else by name."""
    codes: dict[int, CarrierErrorCode] = {}
    rules: dict[str, CarrierErrorCode] = {}
    with CARRIER_CODES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            receipt = _parse_code_row(row)
            if receipt.code:
                codes[receipt.code] = receipt
            else:
                rules[row["code"]] = receipt
    return codes, rules


def _parse_code_row(row: dict[str, str]) -> CarrierErrorCode:
    return CarrierErrorCode(
        code=int(row["code"]) if row["code"].isdigit() else 0,
        description=row["words"],
        blame=Blame(row["blame"]),
        phase=row["when"],
        retry=row["retry"],
        breaker=row["breaker"],
        strikes=int(row["strikes"]),
        strike_days=int(row["days"]),
    )
