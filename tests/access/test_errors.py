"""Every error is a page in the reader's language that says what to do, and shows again what was typed."""

import pytest
from sqlalchemy.exc import OperationalError

from portal.web.errors import HEADINGS
from tests.pages import parse, words


def answers(app, path="/trouble"):
    app.config["RAISE_UNEXPECTED"] = app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def route_that(app, error):
    from portal.web.access import PUBLIC, declare

    def trouble():
        raise error

    app.add_url_rule("/trouble", "trouble", trouble, methods=["GET", "POST"])
    declare(app, "trouble", PUBLIC)
    return answers(app)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_each_status_has_its_page(own_app, status):
    from werkzeug.exceptions import default_exceptions

    answer = route_that(own_app, default_exceptions[status]()).get("/trouble")
    assert answer.status_code == status
    assert HEADINGS[status] in words(answer)


def test_what_nobody_expected_says_a_number_and_no_secret(own_app):
    answer = route_that(own_app, KeyError("Zara's secret")).get("/trouble")
    assert answer.status_code == 500
    assert "Zara" not in answer.get_data(as_text=True)
    assert "give this number" in words(answer)


def test_a_database_that_is_away_is_a_short_rest(own_app):
    answer = route_that(own_app, OperationalError("select", {}, Exception("gone"))).get("/trouble")
    assert answer.status_code == 503


def test_typed_text_comes_back_and_secrets_do_not(own_app):
    client = route_that(own_app, RuntimeError("x"))
    answer = client.post("/trouble", data={"text": "my long answer <b>", "pin": "135790", "password": "hunter22222"})
    page = parse(answer)
    assert [area.text for area in page.xpath("//textarea")] == ["my long answer <b>"]
    assert "135790" not in answer.get_data(as_text=True)
    assert "hunter22222" not in answer.get_data(as_text=True)


def test_a_page_open_too_long_keeps_the_text(own_app):
    client = answers(own_app)
    answer = client.post("/sign-out", data={"text": "half an hour of typing"}, with_csrf=False)
    assert answer.status_code == 400
    assert "half an hour of typing" in answer.get_data(as_text=True)


def test_five_megabytes_are_refused_before_they_are_read(own_app):
    read = []

    class Body:
        def read(self, size=-1):
            read.append(size)
            return b"x" * max(size, 0)

        def readline(self, size=-1):
            return self.read(size)

        def tell(self):
            return 0

        def seek(self, *_where):
            return 0

        def close(self):
            return None

    answer = answers(own_app).post(
        "/sign-out",
        with_csrf=False,
        input_stream=Body(),
        environ_overrides={"CONTENT_LENGTH": str(5 * 1024 * 1024)},
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 413
    assert not read


def test_another_host_is_refused(own_app):
    assert answers(own_app).get("/", base_url="http://evil.example").status_code == 400


def test_errors_speak_the_readers_language(own_app):
    answer = answers(own_app).get("/no-such-page?lang=ur")
    assert answer.status_code == 404
    assert parse(answer).get("dir") == "rtl"


def test_every_answer_carries_the_headers(own_app):
    answer = answers(own_app).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_healthz(app):
    assert app.test_client().get("/healthz").status_code == 200
