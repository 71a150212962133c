"""E-mail: one plain text to one address, through the server of SMTP_HOST."""

import smtplib
import ssl
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import urlsplit

from app.core.settings import Settings

MAIL_TIMEOUT_SECONDS = 10
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
MAX_ADDRESS_LENGTH = 254
MAX_SUBJECT_LENGTH = 150
# The words of MailFailed that another try cannot change.
LASTING_FAILURES = frozenset({"no_mail", "bad_address", "refused_address"})
SENTENCES = {
    "no_mail": "No e-mail is sent: SMTP_HOST and MAIL_FROM are not set.",
    "bad_address": "This is not an e-mail address.",
    "unreachable": "The mail server did not answer. Check SMTP_HOST, SMTP_PORT and SMTP_SECURITY.",
    "certificate": "The mail server's certificate is not valid for SMTP_HOST.",
    "sign_in": "The mail server refused SMTP_USERNAME and SMTP_PASSWORD.",
    "refused_address": "The mail server does not accept this address.",
    "refused": "The mail server did not take the e-mail.",
}


class MailFailed(Exception):
    """An e-mail was not taken. `word`: a key of SENTENCES; `sentence` says it to people."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
        self.sentence = SENTENCES[word]

    @property
    def may_pass(self) -> bool:
        """Whether another try later may succeed."""
        return self.word not in LASTING_FAILURES


def is_mail_address(text: str) -> bool:
    """Whether this is one plain address such as ada@example.org, without a name or a list."""
    name, address = parseaddr(text)
    mailbox, at_sign, host = address.rpartition("@")
    is_plain = address == text and not name and text.isprintable() and " " not in text
    is_complete = bool(mailbox and at_sign and host.strip("."))
    return is_plain and is_complete and len(text) <= MAX_ADDRESS_LENGTH


def find_mail_problems(settings: Settings) -> list[str]:
    """Return a sentence for each setting of the mail server that cannot be used."""
    problems = []
    if settings.smtp_security not in {"starttls", "tls", "none"}:
        problems.append("SMTP_SECURITY must be starttls, tls or none.")
    if settings.smtp_host and not settings.mail_from:
        problems.append("MAIL_FROM must be set with SMTP_HOST: where e-mails come from.")
    if settings.mail_from and not is_mail_address(parseaddr(settings.mail_from)[1]):
        problems.append("MAIL_FROM must be an address such as sms@example.org.")
    is_open = settings.smtp_security == "none" and settings.smtp_host not in LOOPBACK_HOSTS
    if settings.smtp_host and is_open and settings.is_production:
        problems.append("SMTP_SECURITY=none is only for a mail server on this machine.")
    return problems


def send_mail(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one plain text; takes up to some multiples of 10 seconds, so never inside write().

    Raises MailFailed with a sentence. The server may have taken an e-mail although its answer did
    not arrive: another try may send it twice.
    """
    if not settings.has_mail:
        raise MailFailed("no_mail")
    if not is_mail_address(to):
        raise MailFailed("bad_address")
    try:
        message = _build_message(settings, to, subject, text)
    except (ValueError, HeaderParseError) as error:
        raise MailFailed("bad_address") from error
    try:
        with _connect(settings) as server:
            if settings.smtp_username:
                server.login(settings.smtp_username, settings.smtp_password)
            server.send_message(message, to_addrs=[to])
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # No cause in the traceback: an answer of the server may repeat the address.
        raise MailFailed(_find_failure_word(error)) from None


def _build_message(settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
    """Return the e-mail. A line end in a subject becomes a space: no header can be added."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = " ".join(subject.split())[:MAX_SUBJECT_LENGTH]
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=_find_own_name(settings))
    # Says to holiday replies that nobody reads an answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _find_own_name(settings: Settings) -> str:
    return urlsplit(settings.public_base_url).hostname or "localhost"


def _connect(settings: Settings) -> smtplib.SMTP:
    """Return a connection that is encrypted, and whose certificate was checked, unless "none"."""
    host, port = settings.smtp_host, settings.smtp_port
    # Without a name smtplib asks the DNS for its own, which can take as long as the e-mail.
    own_name, timeout = _find_own_name(settings), MAIL_TIMEOUT_SECONDS
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, own_name, timeout=timeout, context=context)
    server = smtplib.SMTP(host, port, own_name, timeout)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _find_failure_word(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "sign_in"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        # A code from 500 is for good; from 400 the server asks to come back later.
        return "refused_address" if all(code >= 500 for code in codes) else "refused"
    is_connection = isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPServerDisconnected)
    if is_connection or not isinstance(error, smtplib.SMTPException):
        return "unreachable"
    return "refused"
