"""What a device is called in the list of one's sessions."""

from dataclasses import dataclass

# In this order: browsers also name those that they are made from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class DeviceDetails:
    """Where a sign-in came from: a label such as "Firefox on Linux", and the network address.

    `is_new`: the user had signed in before, but not on this device.
    """

    label: str
    address: str
    is_new: bool = False


def build_device_label(user_agent: str) -> str:
    """Return browser and system of a User-Agent header, as far as it names known ones."""
    browser = _find_name(BROWSERS, user_agent)
    system = _find_name(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Another program"


def _find_name(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    for mark, name in names:
        if mark in user_agent:
            return name
    return ""
