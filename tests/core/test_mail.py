"""E-mails leave through a real server on a socket: encrypted, to one address, without surprises."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.environment import BadSettings, load_settings
from app.core.mail import MailFailed, is_mail_address, send_mail
from app.core.settings import Settings
from tests.mail_server import run_mail_server

SECRET = {"SECRET_KEY": "abcdef0123456789abcdef"}


@pytest.fixture
def mail_server():
    with run_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    day = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(day - timedelta(1)).not_valid_after(day + timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(pem, private, serialization.NoEncryption()) + signed.public_bytes(pem)
    )
    return path


def send(server, to="ada@example.org", subject="Hi", text="A line.\n", **changes):
    send_mail(Settings(**server.settings(**changes)), to, subject, text)


def failure(*values, **changes):
    with pytest.raises(MailFailed) as caught:
        send(*values, **changes)
    return caught.value.word


def test_ada_gets_a_plain_text_from_the_organizations_address(mail_server):
    send(mail_server, subject="Né", text="2 texts wait:\nhttps://sms.example.org/inbox\n")
    (mail,) = mail_server.mails
    assert (mail["From"], mail["To"]) == ("Hope Church <sms@example.org>", "ada@example.org")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Né", "auto-generated")
    assert mail.get_content().split() == ["2", "texts", "wait:", "https://sms.example.org/inbox"]
    assert mail["Date"]
    assert mail["Message-ID"].endswith("@localhost>")


def test_no_subject_adds_a_header_and_no_address_a_second_reader(mail_server):
    send(mail_server, subject="Hi\r\nBcc: eve@evil.example\n\nbody")
    (mail,) = mail_server.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hi Bcc: eve@evil.example body"
    for address in (
        "ada@example.org, eve@evil.example",
        "ada@example.org\r\nBcc: eve@evil.example",
        "Ada <ada@example.org>",
        "ada",
        "@example.org",
        "ada@",
        "a" * 250 + "@example.org",
        "",
    ):
        assert failure(mail_server, to=address) == "bad_address", address
    assert len(mail_server.mails) == 1
    assert is_mail_address("ada+sms@mail.example.org")


@pytest.mark.parametrize("is_tls_at_once", [False, True])
def test_an_encrypted_e_mail_needs_a_certificate_that_is_valid(
    certificate, is_tls_at_once, monkeypatch
):
    security = "tls" if is_tls_at_once else "starttls"
    with run_mail_server(certificate, is_tls_at_once) as server:
        assert failure(server, smtp_security=security) == "certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(server, smtp_security=security, smtp_username="sms", smtp_password="pass")
        # Valid for localhost, so not for the address.
        assert failure(server, smtp_security=security, smtp_host="127.0.0.1") == "certificate"
        assert [mail["To"] for mail in server.mails] == ["ada@example.org"]
        assert any(line.startswith("AUTH PLAIN ") for line in server.lines)


def test_starttls_sends_nothing_to_a_server_without_it(mail_server):
    word = failure(mail_server, smtp_security="starttls", smtp_username="sms", smtp_password="p")
    assert word == "refused"
    assert [line.split()[0] for line in mail_server.lines] == ["ehlo"]


@pytest.mark.parametrize(
    ("refusals", "word", "may_pass"),
    [
        ({"AUTH": "535 no"}, "sign_in", True),
        ({"RCPT": "550 no such user"}, "refused_address", False),
        ({"RCPT": "450 greylisted"}, "refused", True),
        ({"DATA": "554 spam"}, "refused", True),
        ({"MAIL": "451 later"}, "refused", True),
    ],
)
def test_each_refusal_has_a_word(mail_server, refusals, word, may_pass):
    mail_server.refusals = refusals
    assert failure(mail_server, smtp_username="sms", smtp_password="pass") == word
    assert MailFailed(word).may_pass is may_pass


def test_a_server_that_is_not_there_and_no_server_at_all(mail_server):
    assert failure(mail_server, smtp_host="") == "no_mail"
    with run_mail_server() as gone:
        pass
    assert failure(gone) == "unreachable"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SMTP_HOST": "mail.example.org"}, "MAIL_FROM must be set with SMTP_HOST"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY must be"),
        ({"MAIL_FROM": "ada"}, "MAIL_FROM must be an address"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT must be"),
        ({"PING_URL": "hc-ping.com/1"}, "PING_URL must be"),
        (
            {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "a@b.org", "SMTP_SECURITY": "none"},
            "SMTP_SECURITY=none is only",
        ),
    ],
)
def test_wrong_settings_are_said_at_the_start(environ, said):
    with pytest.raises(BadSettings) as caught:
        load_settings(SECRET | environ)
    assert said in str(caught.value)


def test_settings_of_mail_that_work():
    values = {"SMTP_HOST": "localhost", "MAIL_FROM": "Hope <a@b.org>", "SMTP_SECURITY": "none"}
    settings = load_settings(SECRET | values | {"SMTP_PASSWORD": " blank "})
    assert settings.has_mail
    assert settings.smtp_password == " blank "
    assert not load_settings(SECRET).has_mail
