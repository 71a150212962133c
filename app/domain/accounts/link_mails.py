"""The e-mails that bring a link about somebody's account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkMail:
    """Subject and text of one e-mail."""

    subject: str
    text: str


@dataclass(frozen=True)
class LinkWords:
    """What is filled in: whom the link is for, and until when (in words) it counts."""

    organisation: str
    shown_name: str
    username: str
    url: str
    ends: str


def write_invitation(words: LinkWords, inviter: str) -> LinkMail:
    """Return the e-mail that invites somebody to choose their first password."""
    return LinkMail(
        f"{words.organisation}: your account for SMS Admin",
        f"Hello {words.shown_name},\n\n"
        f"{inviter} added you to SMS Admin, with which {words.organisation} sends texts. "
        f"Your username is {words.username}. Choose a password here:\n\n"
        f"{words.url}\n\n"
        f"The link works once, until {words.ends}. Do not pass it on.\n",
    )


def write_reset(words: LinkWords) -> LinkMail:
    """Return the e-mail with a link to choose another password."""
    return LinkMail(
        f"{words.organisation}: choose a new password",
        f"Hello {words.shown_name},\n\n"
        f"Here you can choose a new password for SMS Admin. Your username is {words.username}.\n\n"
        f"{words.url}\n\n"
        f"The link works once, until {words.ends}. If you did not ask for it, ignore this e-mail: "
        "your password stays as it is.\n",
    )


def write_confirmation(words: LinkWords) -> LinkMail:
    """Return the e-mail that asks whether an address belongs to a user."""
    return LinkMail(
        f"{words.organisation}: confirm your e-mail address",
        f"Hello {words.shown_name},\n\n"
        f"This address was entered for the user {words.username} of SMS Admin. "
        f"If that is you, confirm it here:\n\n"
        f"{words.url}\n\n"
        f"The link works until {words.ends}. If you do not know what this is about, "
        "ignore this e-mail.\n",
    )
