"""Addresses that lead somewhere else than into the public network."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import NamedTuple

from app.engine.network.target import IpAddress


class Range(NamedTuple):
    """A special range; `is_sensitive` ones must be allowed by address, a host name is not enough."""

    text: str
    kind: str
    is_sensitive: bool = False


# The first that fits tells why (IANA special-purpose registries; metadata services of clouds).
_RANGES = tuple(
    (ip_network(text), Range(text, kind, kind in ("metadata", "link-local", "unspecified")))
    for text, kind in (
        ("169.254.169.254/32", "metadata"),
        ("169.254.170.0/24", "metadata"),
        ("100.100.100.200/32", "metadata"),
        ("168.63.129.16/32", "metadata"),
        ("192.0.0.192/32", "metadata"),
        ("fd00:ec2::/32", "metadata"),
        ("fd20:ce::/32", "metadata"),
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "private"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved"),
        ("198.51.100.0/24", "reserved"),
        ("203.0.113.0/24", "reserved"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "private"),
        ("100::/64", "reserved"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved"),
        ("3fff::/20", "reserved"),
        ("5f00::/16", "reserved"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)

_GLOBAL_6 = IPv6Network("2000::/3")

# Ranges that carry an IPv4 address: mapped, translated (NAT64, SIIT), compatible, and 6to4.
_CARRIERS = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)


def find_range(address: IpAddress) -> Range | None:
    """The special range of an address, None when it is a public one; look at what it carries."""
    for network, special in _RANGES:
        if address in network:
            return special
    if isinstance(address, IPv6Address) and address not in _GLOBAL_6:
        return Range("not in 2000::/3", "reserved")
    return None


def unwrap(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return address
    for network, shift in _CARRIERS:
        if address in network:
            return IPv4Address(int(address) >> shift & 0xFFFF_FFFF)
    return address
