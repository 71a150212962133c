"""From which network a request comes: what is counted for an address is counted for it."""

import ipaddress

MAX_KEY_LENGTH = 45


def find_client_network(address: str | None) -> str:
    """Return the IPv4 address, or the /64 network of an IPv6 address, which one household has.

    Text that is no address is returned as it is, cut to 45 characters.
    """
    try:
        ip_address = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return (address or "")[:MAX_KEY_LENGTH]
    if ip_address.version == 4:
        return str(ip_address)
    return str(ip_address.ipv4_mapped or ipaddress.ip_network((ip_address, 64), strict=False))
