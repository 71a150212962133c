"""The carrier's error codes: in plain words, who is to blame, and what follows.

The codes are a table, carrier_codes.csv. A carrier's error text is never interpreted: only its
numeric code and the HTTP status are.
"""

import csv
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.domain.delivery.circuit_breaker import BreakerRule, parse_breaker_rule

MAX_HTTP_STATUS = 599
CARRIER_CODES_FILE = Path(__file__).with_name("carrier_codes.csv")


class Blame(StrEnum):
    """Who or what caused a failure.

    CONSENT and NUMBER have consequences for the person at once; the others only after repeated
    failures (`strikes`), if at all.
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


# Every blast of the sender would fail in the same way.
SENDER_WIDE_BLAMES = frozenset(
    {Blame.SENDER, Blame.ACCOUNT, Blame.COUNTRY, Blame.CALLBACK, Blame.US}
)
# The cause may be the number texted. A closed account or a mistake of ours, on the other hand, is
# the same for every number: there one failure is proof.
SINGLE_NUMBER_BLAMES = frozenset({Blame.SENDER, Blame.WORDING, Blame.COUNTRY})
# Twilio describes both as "… or cannot text there", "… or not to that country".
COUNTRY_UNREACHABLE_CODES = frozenset({21606, 21659})
# Twilio refused these before it did anything, so that they can always be repeated.
UNPROCESSED_HTTP_STATUS = 429
UNPROCESSED_ERROR_CODES = frozenset({20429, 21611, 21730})
# A fault inside Twilio, whatever the HTTP status says: the text may or may not have left.
UNCERTAIN_ERROR_CODES = frozenset({20500, 20503})


@dataclass(frozen=True)
class CarrierErrorCode:
    """What one error code means and what follows from it: one row of carrier_codes.csv.

    `phase`: when it comes ("create", "delivery", "both", "account").
    `retry`: who may send again ("machine", "person", "after_fix", "never").
    `breaker`: what follows for the blast and its sender, in the notation of circuit_breaker.
    `strikes`: after how many blasts the number counts as dead. 0 is never, 1 at once; n means
    that n different blasts met the code over at least `strike_days` days, and nothing arrived in
    between (dead_numbers).
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
        """What follows for the blast and its sender; None when nothing does."""
        return parse_breaker_rule(self.breaker)

    @property
    def is_sender_wide(self) -> bool:
        """Whether every blast of the sender would meet the code too, not this one alone."""
        return self.blame in SENDER_WIDE_BLAMES

    @property
    def may_be_one_number(self) -> bool:
        """Whether the number texted may be the cause.

        Then one failure among texts that went through proves little.
        """
        return self.blame in SINGLE_NUMBER_BLAMES

    @property
    def may_mean_country_unreachable(self) -> bool:
        """Whether the cause may be a sender that works at home and cannot text that country."""
        return self.code in COUNTRY_UNREACHABLE_CODES

    def is_same_cause(self, other: "CarrierErrorCode") -> bool:
        """Whether both count together towards a pause.

        One cause often has several codes (30020, 30021 and 30500 are all Twilio's own failure),
        so the blame and the breaker rule are compared. Codes without a rule, such as a phone that
        is off, are never compared.
        """
        return (self.blame, self.breaker) == (other.blame, other.breaker)


def find_error_code(
    code: int | None, phase: str = "create", *, http_status: int | None = None
) -> CarrierErrorCode:
    """Return what a code means; a missing or unknown one is judged by the rules of the table.

    `phase` is "create" (the reply to our request) or "delivery" (a status callback).
    `http_status` is the status of the reply; it decides about codes that are not in the table.
    """
    table = _load_carrier_codes()
    error_code = table.codes.get(code or 0)
    if error_code:
        return error_code
    status = http_status
    if not status and code and code <= MAX_HTTP_STATUS:
        # Some replies repeat the HTTP status as their code.
        status = code
    rule = table.rules[_find_rule_name(code, phase, status)]
    description = rule.description.replace("{code}", str(code))
    return replace(rule, code=code or status or 0, description=description)


def get_tls_error_code() -> CarrierErrorCode:
    """Return what it means that the carrier's certificate could not be verified."""
    return _load_carrier_codes().rules["net_tls_verify"]


def get_missing_sid_error_code() -> CarrierErrorCode:
    """Return what it means that the carrier accepts a text without giving its SID."""
    return _load_carrier_codes().rules["http_2xx_no_sid"]


def is_unprocessed_request(http_status: int, code: int | None) -> bool:
    """Whether the carrier refused the request before it did anything.

    Only then may a machine repeat it.
    """
    return http_status == UNPROCESSED_HTTP_STATUS or code in UNPROCESSED_ERROR_CODES


def _find_rule_name(code: int | None, phase: str, http_status: int | None) -> str:
    """Return the name of the rule for a code that is not in the table."""
    if phase == "delivery":
        return "delivery_unknown" if code else "delivery_none"
    return _find_http_rule_name(http_status) or ("create_unknown" if code else "create_none")


def _find_http_rule_name(http_status: int | None) -> str | None:
    """Return the rule for an HTTP status, or None for the 4xx that prove nothing by themselves."""
    if http_status is None:
        return None
    if 300 <= http_status < 400:
        return "http_3xx"
    if http_status >= 500:
        return "http_5xx"
    name = f"http_{http_status}"
    return name if name in _load_carrier_codes().rules else None


@dataclass(frozen=True)
class _CarrierCodeTable:
    """The rows of carrier_codes.csv: those with a numeric code, and the named rules."""

    codes: dict[int, CarrierErrorCode]
    rules: dict[str, CarrierErrorCode]


# Cached: every failed text asks, and the file never changes while we run.
@cache
def _load_carrier_codes() -> _CarrierCodeTable:
    table = _CarrierCodeTable({}, {})
    with CARRIER_CODES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            error_code = _parse_code_row(row)
            if error_code.code:
                table.codes[error_code.code] = error_code
            else:
                table.rules[row["code"]] = error_code
    return table


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
