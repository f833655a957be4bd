"""A real HTTP server on loopback that plays a council's feed, with every fault such feeds are known for."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """One answer; the body is JSON unless it is bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Asked:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


class FeedServer:
    """`answers[path]` is a Reply, or a function of the request that makes one."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply | Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self.times = defaultdict(int)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(parts.path, dict(parse_qsl(parts.query)), headers)
                outer.asked.append(asked)
                outer.times[parts.path] += 1
                answer = outer.answers.get(parts.path, Reply({"error": "none"}, 404))
                reply = answer(asked) if callable(answer) else answer
                self._send(reply)

            def _send(self, reply: Reply) -> None:
                content = reply.content if reply.status != 304 else b""
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    if not reply.slow:
                        self.wfile.write(content)
                        return
                    for at in range(0, len(content), 100):
                        self.wfile.write(content[at : at + 100])
                        self.wfile.flush()
                        stopped.wait(reply.slow)
                except OSError:
                    pass  # the reader has had enough

            def log_message(self, *_args: Any) -> None:
                pass

        stopped = self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def close(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


def service(number: int, **more: Any) -> dict[str, Any]:
    """A service in full, as HSDS 3.0 tells it."""
    return {
        "id": f"service-{number}",
        "name": f"Club {number}",
        "description": "Games and snacks.",
        "status": "active",
        "last_modified": "2026-03-15T10:30:45.0Z",
        "organization": {"id": "o", "name": "Friends of Northmoor", "description": "x"},
        "schedules": [],
        "service_at_locations": [],
        **more,
    }


def thin(number: int, **more: Any) -> dict[str, Any]:
    """The short form of a list: nothing but what is sure to be there."""
    return {"id": f"service-{number}", "name": f"Club {number}", "status": "active", **more}


def envelope(contents: list[Any], page: int, pages: int, **more: Any) -> dict[str, Any]:
    """A page as the specification wants it."""
    return {
        "total_items": len(contents) * pages,
        "total_pages": pages,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page == pages,
        "empty": not contents,
        "contents": contents,
        **more,
    }


def paged(pages: list[list[Any]], **more: Any) -> Callable[[Asked], Reply]:
    """Answers ?page=1 and so on."""

    def answer(asked: Asked) -> Reply:
        number = int(asked.query.get("page", "1"))
        contents = pages[number - 1] if number <= len(pages) else []
        return Reply(envelope(contents, number, len(pages), **more))

    return answer
