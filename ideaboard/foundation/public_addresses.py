"""Which IP addresses a call to a stranger's URL may reach: public ones, and what the operator allows by name.

Python's own `is_global` differs between versions and lets multicast, tunnels and NAT64 through, so the list is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT; a cloud's metadata lives there too
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own wire server, reachable from its machines alone
        "169.254.0.0/16",  # link-local: metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo and other protocols
        "2001:db8::/32",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether anybody on the internet would reach the same machine there; what embeds an IPv4 is judged by it."""
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _NOT_PUBLIC_4)
    if address.scope_id:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None and not is_public(address.sixtofour):
        return False
    return address in _GLOBAL_6 and not any(address in net for net in _NOT_PUBLIC_6)


@dataclass(frozen=True)
class Allowed:
    """What OUTBOUND_ALLOW names: `places` as (host, port), `networks` at any port."""

    places: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    @lru_cache(maxsize=8)
    def read(cls, text: str) -> Allowed:
        """Read 'chat.internal:8065, 10.1.0.0/16'. Raises ValueError with the item that is neither."""
        places, networks = set(), []
        for item in filter(None, (part.strip() for part in text.split(","))):
            try:
                networks.append(ip_network(item))
                continue
            except ValueError:
                host, _, port = item.rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536 or "/" in host or "@" in host:
                raise ValueError(item)
            places.add((host.strip("[]").lower(), int(port)))
        return cls(frozenset(places), tuple(networks))

    def takes(self, host: str, port: int, address: Address) -> bool:
        """Whether `address`, found under `host`, may be reached though it is not public."""
        return (host, port) in self.places or any(address in net for net in self.networks)


def address_of(text: str) -> Address:
    """The address as the resolver writes it ('fe80::1%eth0' included)."""
    return ip_address(text)
