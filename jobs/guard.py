"""Connections that never lead into a private network, wherever a platform's payload points.

A name is resolved once and the connection is made to the address that was checked: a second answer of a name server
(DNS rebinding) finds nobody who asks. Redirects are connections like any other.
"""

import ipaddress
import socket
from collections.abc import Collection, Iterable
from typing import Any

import httpcore
import httpx

NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(httpcore.ConnectError):
    """A host that leads into a private network."""


def transport(exempt: Collection[str] = (), *, only: bool = False) -> httpx.HTTPTransport:
    """For httpx.Client: connects to public addresses, and to the hosts named in `exempt`; to nothing but these: `only`."""
    made = httpx.HTTPTransport()
    made._pool = httpcore.ConnectionPool(  # httpx hands no network backend on
        ssl_context=httpx.create_ssl_context(), network_backend=Guard(exempt, only=only), keepalive_expiry=30
    )
    return made


def is_refused(error: Exception) -> bool:
    """True where a request failed because of its address."""
    return isinstance(error.__cause__, AddressRefused)


class Guard(httpcore.SyncBackend):
    """httpcore's own sockets behind a look at the address."""

    def __init__(self, exempt: Collection[str] = (), *, only: bool = False) -> None:
        self._exempt, self._only = {host.lower() for host in exempt}, only

    def connect_tcp(self, host: str, port: int, *more: Any, **options: Any) -> httpcore.NetworkStream:
        is_exempt = host.lower() in self._exempt
        if self._only and not is_exempt:
            raise AddressRefused(f"{host} is not among the hosts named")
        address = host if is_exempt else checked(host, port)
        return super().connect_tcp(address, port, *more, **options)


def checked(host: str, port: int) -> str:
    """The one address of a host to connect to. Raises AddressRefused where any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host}: {error}") from error
    addresses = [str(place[4][0]) for place in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise AddressRefused(f"{host} leads into a private network")
    return addresses[0]


def is_public(address: str) -> bool:
    """True for an address that anyone on the internet could be meant by, whatever it is wrapped in."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(part.is_global and not part.is_multicast for part in _parts(given))


def _parts(address: Address) -> Iterable[Address]:
    """The address, or what it carries inside: IPv4 in IPv6, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    carried = [address.sixtofour, *(address.teredo or ())]
    carried += [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)] if address in NAT64 else []
    return [part for part in carried if part] or [address]
