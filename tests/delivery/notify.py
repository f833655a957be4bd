"""The other side of GOV.UK Notify, as its documentation says it answers, and the portal's own side of it."""

import json
import threading
import uuid
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from portal.delivery.actions import send_due
from portal.delivery.notify import NotifySender
from portal.jobs import kinds_for
from tests.conftest import make_settings
from tests.delivery.conftest import by_day

SERVICE, SECRET_PART = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"school-{SERVICE}-{SECRET_PART}"
MAIL, TEXT = "11111111-aaaa-4eb0-8407-a37497a57506", "22222222-aaaa-4eb0-8407-a37497a57506"


def error(status, kind, message):
    return status, {"status_code": status, "errors": [{"error": kind, "message": message}]}


def utc(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Notify:
    """The other side: what was asked, and what to answer instead of 201."""

    clock = staticmethod(by_day)

    def __init__(self):
        self.asked, self.instead = [], {}
        self.taken, self.became = (
            [],
            {},
        )  # what it knows of the last 7 days, newest first; what became of it, by address
        self.listed, self.page = [], 250

    def is_ours(self, headers):
        token = headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, SECRET_PART, algorithms=["HS256"], options={"verify_iat": False})
        assert claims["iss"] == SERVICE

    def answer(self, path, headers, body):
        self.is_ours(headers)
        to = body.get("phone_number") or body["email_address"]
        self.asked.append((path, to, body))
        if to in self.instead:
            return self.instead[to]
        taken = {"id": str(uuid.uuid4()), "reference": body["reference"], "created_at": f"{utc(self.clock())}"}
        kind = "sms" if path.endswith("sms") else "email"
        names = {"email_address": body.get("email_address"), "phone_number": body.get("phone_number"), "type": kind}
        self.taken.insert(0, taken | names)
        return 201, {"id": taken["id"], "reference": body["reference"], "content": {}}

    def list(self, path, headers):
        """GET /v2/notifications: the newest first, 250 at a time, those after `older_than`, by `status`."""
        self.is_ours(headers)
        asked = dict(parse_qsl(urlsplit(path).query))
        self.listed.append(asked)
        assert asked.pop("status") == "failed", "the name of all three failures"
        became = [(each, self.became.get(each["email_address"] or each["phone_number"])) for each in self.taken]
        failed = [each | {"status": status} for each, status in became if status and status != "delivered"]
        older = asked.get("older_than")
        start = next((n + 1 for n, each in enumerate(failed) if each["id"] == older), 0)
        page = failed[start : start + self.page]
        return 200, {"notifications": page, "links": {"current": path}}


@pytest.fixture
def notify():
    other = Notify()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.say(*other.answer(self.path, self.headers, body))

        def do_GET(self):
            self.say(*other.list(self.path, self.headers))

        def say(self, status, told):
            said = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    other.url = f"http://127.0.0.1:{server.server_port}"
    yield other
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def deliver_by(sessions, tmp_path):
    def delivered(sender, now=None):
        kinds = kinds_for(make_settings("sqlite://", tmp_path), sender)
        return send_due(sessions, sender, kinds, now=now or by_day())

    return delivered


def both(notify):
    return NotifySender(api_key=KEY, email_template=MAIL, sms_template=TEXT, url=notify.url)
