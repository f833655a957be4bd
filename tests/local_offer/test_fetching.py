"""What the fetcher refuses, and how patient it is, against a real server."""

import socket
import time

import pytest

from portal.local_offer.fetching import PAUSES, Fetcher, FetchError, Refused, is_public
from tests.local_offer.feed_server import Reply


def said(error: pytest.ExceptionInfo[FetchError]) -> str:
    return error.value.message % error.value.values


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
        ),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "ff02::1"),
    ],
)
def test_addresses_inside_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_outside_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/x", "http://localhost:{port}/x", "http://[::1]:{port}/x"])
def test_nothing_is_fetched_from_this_machine(feed, url):
    feed.answers["/x"] = Reply({})
    with pytest.raises(Refused) as error:
        Fetcher(pause=lambda _seconds: None).json(url.format(port=feed.host.split(":")[1]))
    assert "private network" in said(error)
    assert not feed.asked, "the server was not even asked"


def test_an_allowed_host_is_that_host_and_port_alone(feed):
    feed.answers["/x"] = Reply({"a": 1})
    assert Fetcher(allowed=frozenset({feed.host})).json(f"{feed.url}/x").data == {"a": 1}
    with pytest.raises(Refused):
        Fetcher(allowed=frozenset({"127.0.0.1:1"})).json(f"{feed.url}/x")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://a:b@x.example/",
        "x",
        "http://x:99999/",
    ],
)
def test_only_web_addresses(url, fetcher):
    with pytest.raises(Refused) as error:
        fetcher.json(url)
    assert said(error) == "This is not a web address."


def test_the_connection_goes_to_the_address_that_was_checked(feed, monkeypatch):
    """The name servers are asked once: a second answer, for another machine, comes too late."""
    feed.answers["/x"] = Reply({"from": "the checked one"})
    port, asked, real = int(feed.host.split(":")[1]), [], socket.getaddrinfo

    def first_this_then_that(host, *args, **kwargs):
        if host != "feed.example":
            return real(host, *args, **kwargs)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", first_this_then_that)
    fetcher = Fetcher(allowed=frozenset({f"feed.example:{port}"}))
    assert fetcher.json(f"http://feed.example:{port}/x").data == {"from": "the checked one"}
    assert asked == ["feed.example"]
    assert feed.asked[0].headers["host"] == f"feed.example:{port}"


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    with pytest.raises(Refused) as error:
        Fetcher().json("http://feed.example/x")
    assert "private network" in said(error)


def test_a_redirect_within_the_host_is_followed(feed, fetcher):
    feed.answers["/old"] = Reply(status=301, headers={"Location": "/new"})
    feed.answers["/new"] = Reply([1])
    assert fetcher.json(f"{feed.url}/old").data == [1]


@pytest.mark.parametrize(
    "to",
    [
        *("http://127.0.0.2:{port}/new", "http://127.0.0.1:1/new", "http://feed.example/new", "//feed.example/"),
        *("http://10.0.0.1:{port}/new", "http://169.254.169.254/latest", "http://[::1]:{port}/new"),
    ],
)
def test_a_redirect_to_another_server_is_refused(feed, fetcher, to):
    feed.answers["/old"] = Reply(status=302, headers={"Location": to.format(port=feed.host.split(":")[1])})
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/old")
    assert "another server" in said(error)


def test_the_way_to_https_on_the_same_host_is_checked_anew(feed, fetcher):
    """Another port is another door: what was allowed before it is not allowed behind it."""
    feed.answers["/old"] = Reply(status=301, headers={"Location": "https://127.0.0.1/new"})
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/old")
    assert "private network" in said(error)


def test_a_name_that_turns_inwards_at_a_redirect_is_refused(feed, monkeypatch):
    """The name servers answer with a private address once the first answer has won our trust."""
    feed.answers["/old"] = Reply(status=302, headers={"Location": "/new"})
    feed.answers["/new"] = Reply({"secret": 1})
    trusted = ["127.0.0.1"]
    monkeypatch.setattr("portal.local_offer.fetching.is_public", lambda _address: bool(trusted and trusted.pop()))
    with pytest.raises(Refused) as error:
        Fetcher(pause=lambda _seconds: None).json(f"{feed.url}/old")
    assert "private network" in said(error)
    assert feed.paths() == ["/old"]


def test_a_redirect_without_end_is_refused(feed, fetcher):
    feed.answers["/old"] = Reply(status=302, headers={"Location": "/old"})
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/old")
    assert "again and again" in said(error)
    assert feed.times["/old"] == 4, "three redirects are enough"


def test_a_web_page_is_no_data(feed, fetcher):
    feed.answers["/x"] = Reply(b"  <!doctype html><h1>Our API</h1>", headers={"Content-Type": "application/json"})
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert "web page" in said(error)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe\x00"])
def test_what_is_no_json_is_refused(feed, fetcher, body):
    feed.answers["/x"] = Reply(body)
    with pytest.raises(Refused):
        fetcher.json(f"{feed.url}/x")


def test_a_page_that_is_too_big_is_dropped_on_the_way(feed):
    feed.answers["/x"] = Reply(b'"' + b"x" * 3_000_000 + b'"')
    fetcher = Fetcher(allowed=frozenset({feed.host}), largest_page=1024**2)
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert said(error) == "This page is bigger than 1 MB."
    assert fetcher.read_so_far < 1.2 * 1024**2


def test_without_being_told_otherwise_a_page_ends_at_50_mb_and_a_feed_at_500(feed, fetcher):
    feed.answers["/x"] = Reply(b'"' + b"x" * 51 * 1024**2 + b'"')
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert said(error) == "This page is bigger than 50 MB."
    assert fetcher.read_so_far < 50.2 * 1024**2
    fetcher.read_so_far = 500 * 1024**2 - 10
    feed.answers["/x"] = Reply(b'"' + b"x" * 100 + b'"')
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert said(error) == "The feed is bigger than 500 MB."


def test_all_pages_together_have_a_limit(feed):
    feed.answers["/x"] = Reply(b'"' + b"x" * 800_000 + b'"')
    fetcher = Fetcher(allowed=frozenset({feed.host}), largest_all=2 * 1024**2)
    fetcher.json(f"{feed.url}/x")
    fetcher.json(f"{feed.url}/x")
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert said(error) == "The feed is bigger than 2 MB."


def test_packed_data_is_refused(feed, fetcher):
    """Also where the bytes could be read as they are: what says that it is packed is not looked into."""
    feed.answers["/x"] = Reply({"a": 1}, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert "packed" in said(error)


def test_a_server_that_drips_is_given_up(feed):
    feed.answers["/x"] = Reply(b'"' + b"x" * 20_000 + b'"', slow=0.05)
    started = time.monotonic()
    with pytest.raises(Refused) as error:
        Fetcher(allowed=frozenset({feed.host}), longest_page=0.3).json(f"{feed.url}/x")
    assert "too slow" in said(error)
    assert time.monotonic() - started < 3


def test_a_busy_server_is_asked_again_after_a_pause(feed, fetcher, waits):
    replies = [Reply(status=503), Reply(status=429, headers={"Retry-After": "7"}), Reply({"a": 1})]
    feed.answers["/x"] = lambda _asked: replies.pop(0)
    assert fetcher.json(f"{feed.url}/x").data == {"a": 1}
    assert waits == [PAUSES[0], 7.0]


def test_it_ends_after_a_few_tries(feed, fetcher, waits):
    feed.answers["/x"] = Reply(status=500)
    with pytest.raises(FetchError):
        fetcher.json(f"{feed.url}/x")
    assert feed.times["/x"] == len(PAUSES) + 1
    assert waits == list(PAUSES)


def test_a_pause_asked_for_is_never_longer_than_half_a_minute(feed, fetcher, waits):
    feed.answers["/x"] = Reply(status=503, headers={"Retry-After": "86400"})
    with pytest.raises(FetchError):
        fetcher.json(f"{feed.url}/x")
    assert max(waits) == 30


def test_a_server_that_hangs_up_is_a_fault_with_words(waits):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        fetcher = Fetcher(allowed=frozenset({f"127.0.0.1:{port}"}), pause=waits.append, timeout=(0.2, 0.2))
        with pytest.raises(FetchError) as error:
            fetcher.json(f"http://127.0.0.1:{port}/x")
    assert said(error) == "The server does not answer as it should."


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_not_asked_again(feed, fetcher, waits, status):
    feed.answers["/x"] = Reply(status=status)
    with pytest.raises(Refused) as error:
        fetcher.json(f"{feed.url}/x")
    assert str(status) in said(error)
    assert not waits


def test_it_asks_whether_anything_has_changed(feed, fetcher):
    feed.answers["/x"] = lambda asked: (
        Reply(status=304) if asked.headers.get("if-none-match") == '"7"' else Reply([1], headers={"ETag": '"7"'})
    )
    first = fetcher.json(f"{feed.url}/x")
    assert first.validators == {"If-None-Match": '"7"'}
    assert fetcher.json(f"{feed.url}/x", first.validators).unchanged


def test_no_proxy_of_this_machine_is_used(feed, fetcher, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    feed.answers["/x"] = Reply([])
    assert fetcher.json(f"{feed.url}/x").data == []
