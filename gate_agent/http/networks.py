"""The network that a request comes from (来源网段): who has one address of it may have them all."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

_ONE, _AROUND = {4: 32, 6: 64}, {4: 24, 6: 48}


def network_of(source: str) -> str:
    """Return an IPv4 address, or the /64 of an IPv6 one: a machine may pick any address of it."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return source  # nothing, or the name of a socket
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(ip_network((address, _ONE[address.version]), strict=False))


def around_of(network: str) -> str:
    """Return the /24 or /48 that a network is of: what one customer of a provider may have."""
    try:
        one = ip_network(network)
    except ValueError:
        return network
    return str(one.supernet(new_prefix=_AROUND[one.version]))
