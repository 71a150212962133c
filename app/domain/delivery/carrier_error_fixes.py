"""What a person can do about a carrier error that pauses a blast."""

from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode

_ADD_SENDER = "Add a sender number to the messaging service in the Twilio console, then resume."
_RAISE_LIMIT = "Raise the limit in the Twilio console or wait until it resets, then resume."
# Where the blame alone does not tell what to do.
FIX_BY_CODE = {
    20003: "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, then resume.",
    20008: "Replace the test credentials with the live account's SID and token, then resume.",
    21408: "Turn on the country under Geo permissions in the Twilio console, then resume.",
    21617: "Shorten the text to 1,600 characters and send it as a new blast.",
    21610: "Only they can undo this, by texting START.",
    21703: _ADD_SENDER,
    21704: _ADD_SENDER,
    30002: "Ask Twilio support why the account is suspended. Resume when it is active again.",
    30007: (
        "Write the text differently, without shortened links or capital letters, and send it "
        "as a new blast."
    ),
    30032: "Verify the toll-free number in the Twilio console. Resume when it is approved.",
    30033: (
        "Check the campaign's registration in the Twilio console. Resume when it is active again."
    ),
    30034: (
        "Register the number for US texts (A2P 10DLC) in the Twilio console. Resume when it "
        "is approved."
    ),
    30035: "Wait until Twilio has finished setting the number up, then resume.",
    30454: _RAISE_LIMIT,
    63038: _RAISE_LIMIT,
}
FIX_BY_BLAME = {
    Blame.CONSENT: "Only they can undo this, by texting START.",
    Blame.NUMBER: "Ask the person for a number that can receive texts.",
    Blame.CIRCUMSTANCE: "Wait a while, then send again.",
    Blame.WORDING: "Change the text and send it as a new blast.",
    Blame.SENDER: (
        "Check the sender number or messaging service in the Twilio console and the settings,"
        " then resume."
    ),
    Blame.ACCOUNT: "Fix the account in the Twilio console, then resume.",
    Blame.COUNTRY: (
        "Allow the country in the Twilio console or use a sender that reaches it, then resume."
    ),
    Blame.CALLBACK: "Check that PUBLIC_BASE_URL is an address Twilio can reach, then resume.",
    Blame.US: "Check TWILIO_API_URL and update SMS Admin, then resume.",
    Blame.UNKNOWN: (
        "Look up the code in Twilio's list of error codes, then decide whether to send again."
    ),
}


def find_error_fix(error_code: CarrierErrorCode) -> str:
    """Return what a person can do about it, in one sentence."""
    return FIX_BY_CODE.get(error_code.code) or FIX_BY_BLAME[error_code.blame]
