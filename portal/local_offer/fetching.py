"""Fetches data from addresses that people typed in: never from inside our own network, never more than fits, never for
longer than is sensible, and never from another host than the one that was asked for."""

import ipaddress
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as ConnectionTrouble

from portal.kernel.errors import PortalError
from portal.kernel.words import N_

LARGEST_PAGE, LARGEST_ALL = 50 * 1024 * 1024, 500 * 1024 * 1024
TIMEOUT = (5.0, 20.0)  # seconds to connect, and between two pieces of an answer
LONGEST_PAGE = 120.0  # seconds, however slowly the pieces come
PAUSES = (1.0, 3.0, 9.0)  # seconds before each further try
LONGEST_PAUSE = 30.0
MOST_REDIRECTS = 3
PIECE = 64 * 1024
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
PORTS = {"http": 80, "https": 443}


class FetchError(PortalError):
    """Nothing usable came back. `message` says why in words for whoever looks after the feed; `wait` is the seconds
    the server asked for before another try."""

    status = 422
    wait = 0.0


class Refused(FetchError):
    """We did not even ask, or would not listen on: trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: JSON, or nothing because the server says that nothing has changed."""

    data: Any = None
    unchanged: bool = False
    validators: Mapping[str, str] = field(default_factory=dict)


class _Pinned(HTTPAdapter):
    """Connects to the very address that was checked: asking the name servers again could give another answer. The
    certificate is still the named host's."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """As requests asks for it, with our address in place of the name."""
        where, how = super().build_connection_pool_key_attributes(request, verify, cert)
        name = {"server_hostname": where["host"], "assert_hostname": where["host"]}
        return {**where, "host": self.address}, {**how, **(name if where["scheme"] == "https" else {})}


@dataclass(slots=True)
class Fetcher:
    """Fetches JSON, within one budget of bytes. `allowed` names hosts with ports (such as 127.0.0.1:8123) that may be
    on this machine; only tests and whoever types a command give any."""

    allowed: frozenset[str] = frozenset()
    pause: Callable[[float], None] = time.sleep
    largest_page: int = LARGEST_PAGE
    largest_all: int = LARGEST_ALL
    longest_page: float = LONGEST_PAGE
    timeout: tuple[float, float] = TIMEOUT
    read_so_far: int = 0

    def json(self, url: str, validators: Mapping[str, str] | None = None) -> Answer:
        """The data at an address; with validators (header names and values) perhaps only that nothing has changed.
        Tries again after a pause when the server is busy. Raises FetchError."""
        for pause in PAUSES:
            try:
                return self._once(url, validators or {})
            except Refused:
                raise
            except FetchError as trouble:
                self.pause(min(trouble.wait or pause, LONGEST_PAUSE))
        return self._once(url, validators or {})

    def _once(self, url: str, validators: Mapping[str, str]) -> Answer:
        for _step in range(MOST_REDIRECTS + 1):
            parts = self._checked(url)
            with requests.Session() as session:
                session.trust_env = False  # no proxy and no password file of this machine
                session.mount(f"{parts.scheme}://", _Pinned(self._address_of(parts)))
                try:
                    with self._ask(session, parts, validators) as response:
                        if not response.is_redirect:
                            return self._read(response)
                        url = self._further(parts, response.headers["Location"])
                except (requests.RequestException, ConnectionTrouble, OSError):
                    raise FetchError(N_("The server does not answer as it should.")) from None
        raise Refused(N_("The address leads on to another one again and again."))

    def _ask(self, session: requests.Session, parts: SplitResult, validators: Mapping[str, str]) -> requests.Response:
        # no compression: a few bytes could become very many
        headers = {"Host": parts.netloc, "Accept": "application/json", "Accept-Encoding": "identity", **validators}
        headers["User-Agent"] = "school-portal (local offer)"
        return session.get(parts.geturl(), headers=headers, stream=True, timeout=self.timeout, allow_redirects=False)

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            fits = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0 and parts.username is None
        except ValueError:
            fits = False
        if not fits:
            raise Refused(N_("This is not a web address."))
        return parts._replace(fragment="")

    def _address_of(self, parts: SplitResult) -> str:
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise FetchError(N_("There is no server with this name.")) from None
        addresses = [str(entry[4][0]) for entry in found]
        if f"{host}:{port}" not in self.allowed and not all(map(is_public, addresses)):
            raise Refused(N_("This address is inside a private network. We do not fetch from there."))
        return addresses[0]

    def _further(self, parts: SplitResult, location: str) -> str:
        url = urljoin(parts.geturl(), location)
        further = self._checked(url)
        ports = [one.port or PORTS[one.scheme] for one in (parts, further)]
        upgraded = (parts.scheme, further.scheme) == ("http", "https") and ports[1] == PORTS["https"]
        same = parts.scheme == further.scheme and ports[0] == ports[1]
        if further.hostname != parts.hostname or not (same or upgraded):
            raise Refused(N_("The address leads on to another server. We do not follow it."))
        return url

    def _read(self, response: requests.Response) -> Answer:
        if response.status_code == 304:
            return Answer(unchanged=True)
        if response.status_code in TRY_AGAIN:
            busy = FetchError(N_("The server is busy or has a fault."))
            busy.wait = _seconds(response.headers)
            raise busy
        if response.status_code != 200:
            raise Refused(N_("The server answers with the error %(status)s."), status=response.status_code)
        if response.headers.get("Content-Encoding", "identity") not in {"", "identity"}:
            raise Refused(N_("The server sends packed data, which we did not ask for."))
        body = self._body(response)
        if body[:200].lstrip().startswith(b"<"):
            raise Refused(N_("There is a web page at this address, and no data."))
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused(N_("What is at this address cannot be read as data.")) from None
        kept = {
            "If-None-Match": response.headers.get("ETag"),
            "If-Modified-Since": response.headers.get("Last-Modified"),
        }
        return Answer(data, validators={name: value[:200] for name, value in kept.items() if value})

    def _body(self, response: requests.Response) -> bytes:
        pieces, size, until = [], 0, time.monotonic() + self.longest_page
        while piece := response.raw.read1(PIECE):
            size += len(piece)
            self.read_so_far += len(piece)
            if size > self.largest_page:
                raise Refused(N_("This page is bigger than %(size)s MB."), size=self.largest_page // 1024**2)
            if self.read_so_far > self.largest_all:
                raise Refused(N_("The feed is bigger than %(size)s MB."), size=self.largest_all // 1024**2)
            if time.monotonic() > until:
                raise Refused(N_("The server is too slow."))
            pieces.append(piece)
        return b"".join(pieces)


def is_public(address: str) -> bool:
    """Whether an IP address is out in the world: not private, loopback, link-local, shared or reserved, and not one of
    those behind an address of IPv6."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        inside = known.ipv4_mapped or known.sixtofour or (known.teredo[1] if known.teredo else None)
        if inside is not None and not is_public(str(inside)):
            return False
        if known in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(known) & 0xFFFFFFFF)))
    return known.is_global and not known.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _seconds(headers: Mapping[str, str]) -> float:
    told = headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else 0.0
