"""Serve what `static/build.mjs` made under names that carry a hash of the content, so browsers keep it for a year."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, send_from_directory

URL_PREFIX = "/static/"
A_YEAR = "public, max-age=31536000, immutable"
MIMETYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class Assets:
    """The manifest of one build: logical names to URLs, and the set of files that may be served."""

    def __init__(self, folder: Path) -> None:
        manifest_path = folder / "manifest.json"
        if not manifest_path.is_file():
            raise RuntimeError(f"{manifest_path} is missing: run `make assets` first.")
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        self.folder = folder
        self._urls: dict[str, str] = {name: URL_PREFIX + hashed for name, hashed in manifest["files"].items()}
        self._icon_urls: dict[str, str] = {name: URL_PREFIX + target for name, target in manifest["icons"].items()}
        self._has_gzip = {hashed: (folder / f"{hashed}.gz").is_file() for hashed in manifest["files"].values()}

    def asset(self, name: str) -> str:
        """URL of a file by its logical name, e.g. `app.css`; KeyError for a name the build did not make."""
        return self._urls[name]

    def icon_url(self, name: str) -> str:
        """URL of one picture in its sprite; KeyError for a name that is not in `static/icons.json`."""
        return self._icon_urls[name]

    def stored_name(self, filename: str, accepts_gzip: bool) -> str | None:
        """The file on disk that answers for `filename`, or None: only names of the manifest exist here."""
        has_gzip = self._has_gzip.get(filename)
        if has_gzip is None:
            return None
        return f"{filename}.gz" if has_gzip and accepts_gzip else filename


def init_app(app: Flask, static_folder: Path) -> None:
    """Read the manifest below `static_folder` once and give templates `asset(name)` and `icon_url(name)`."""
    assets = Assets(static_folder / "build")
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.asset
    app.jinja_env.globals["icon_url"] = assets.icon_url


def serve(filename: str) -> Response:
    """Answer `/static/<filename>`; the caller registers it under the endpoint `static`."""
    assets: Assets = current_app.extensions["assets"]
    stored = assets.stored_name(filename, accepts_gzip=request.accept_encodings["gzip"] > 0)
    if stored is None:
        abort(404)
    response = send_from_directory(assets.folder, stored, mimetype=MIMETYPES[Path(filename).suffix])
    response.headers["Cache-Control"] = A_YEAR
    response.headers["X-Content-Type-Options"] = "nosniff"
    if stored.endswith(".gz"):
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
