"""Where the three top-level folders are: beside portal/ in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
ROOT = _PACKAGE if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent
TEMPLATES, STATIC, TRANSLATIONS = (ROOT / name for name in ("templates", "static", "translations"))
MIGRATIONS = _PACKAGE / "migrations"
