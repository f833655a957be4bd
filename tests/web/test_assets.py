"""Files are served for a year under hashed names, packed where the browser can unpack, and nothing else is served."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.paths import STATIC
from portal.web import assets


@pytest.fixture
def app() -> Flask:
    app = Flask("assets", static_folder=None)
    assets.init_app(app, STATIC)
    app.add_url_rule("/static/<path:filename>", "static", assets.serve)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def url(app: Flask, name: str) -> str:
    found: str = app.jinja_env.globals["asset"](name)  # type: ignore[operator]
    return found


def test_a_style_sheet_comes_packed_and_for_a_year(app: Flask, client: FlaskClient) -> None:
    packed = client.get(url(app, "app.css"), headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(url(app, "app.css"), headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    for answer in (packed, plain):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [
        ("portal.js", "text/javascript"),
        ("icons.svg", "image/svg+xml"),
        ("atkinson-hyperlegible-next-latin-400-normal.woff2", "font/woff2"),
    ],
)
def test_each_kind_says_what_it_is(app: Flask, client: FlaskClient, name: str, mimetype: str) -> None:
    answer = client.get(url(app, name), headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    assert ("Content-Encoding" in answer.headers) == (not name.endswith(".woff2"))


def test_gzip_refused_by_the_browser_is_not_sent(app: Flask, client: FlaskClient) -> None:
    answer = client.get(url(app, "app.css"), headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/manifest.json",
        "/static/app.css",
        "/static/../../wsgi.py",
        "/static/%2e%2e/%2e%2e/wsgi.py",
        "/static//etc/passwd",
        "/static/language-names/faces.json",
        "/static/",
    ],
)
def test_nothing_but_the_manifests_files_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


def test_the_packed_twin_has_no_address_of_its_own(app: Flask, client: FlaskClient) -> None:
    assert client.get(f"{url(app, 'app.css')}.gz").status_code == 404


def test_a_picture_has_an_address_in_its_sprite_and_a_wrong_name_fails_loudly(app: Flask, client: FlaskClient) -> None:
    icon_url = app.jinja_env.globals["icon_url"]
    sprite, _, name = icon_url("rocket").partition("#")  # type: ignore[operator]
    assert f'<symbol id="{name}"'.encode() in client.get(sprite).data
    with pytest.raises(KeyError):
        icon_url("no-such-picture")  # type: ignore[operator]


def test_without_a_build_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="make assets"):
        assets.init_app(Flask("empty", static_folder=None), tmp_path)
