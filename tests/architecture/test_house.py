"""The rules of the house, checked by reading it; each message says what to do instead."""

import re
from pathlib import Path

import pytest

from portal.paths import ROOT, TEMPLATES

PORTAL = ROOT / "portal"
SOURCES = sorted(path for path in PORTAL.rglob("*.py") if "versions" not in path.parts)
PAGES = sorted(TEMPLATES.rglob("*.html"))
FEATURES = {path.name for path in PORTAL.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "managers", "misc", "views"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_rooms_are_small_and_say_what_they_are_for(path):
    source = path.read_text()
    lines = source.count("\n")
    assert lines <= 400, f"{name(path)} has {lines} lines: the feature wants a better division"
    assert source.startswith('"""'), f"{name(path)} opens with a sentence that says what it is for"
    assert path.stem not in FORBIDDEN_NAMES, f"{name(path)}: call it after what it does at school"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_goes_round_the_fence(path):
    """Only the kernel may speak to the database without a scope."""
    if path.parts[-2] == "kernel" or "migrations" in path.parts or path.name == "cli.py":
        return
    source = path.read_text()
    for pattern in (
        r"\.connection\(\)",
        r"exec_driver_sql",
        r"\bbulk_(insert|update|save)",
        r"\.get_bind\(",
        r"\btext\(\s*f?[\"'](?!(closed_on|ends_on|state|1|released_at|cancelled_at|ceased_on|ended_at))",
    ):
        found = re.search(pattern, source)
        assert not found, f"{name(path)}: {found and found.group(0)!r} goes round the scope; use mapped classes"


RANKS = ("rules", "models", "queries", "actions", "forms", "routes")


def rank(module: str) -> int | None:
    """How high a file stands in its feature, by the first part of its name."""
    first = module.split("_")[0]
    return RANKS.index(first) if first in RANKS else None


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parent.name in FEATURES], ids=name)
def test_imports_go_downwards_inside_a_feature(path):
    own, feature = rank(path.stem), path.parent.name
    if own is None:
        return
    source = path.read_text()
    imported = re.findall(rf"from portal\.{feature}\.(\w+) import", source)
    for names in re.findall(rf"from portal\.{feature} import ([^\n(]+|\([^)]+\))", source):
        imported += re.findall(r"\w+", names)
    for module in imported:
        theirs = rank(module)
        assert theirs is None or theirs <= own, f"{name(path)} imports {module}: imports go downwards"


SYSTEM_SCOPE = {
    "portal/accounts", "portal/cli.py", "portal/opening.py", "portal/jobs.py", "portal/web/unit_of_work.py", "portal/kernel/scope.py",
    "portal/people/looks.py", "portal/profiles/routes_family.py", "portal/home", "portal/delivery", "portal/intake",
    "portal/local_offer/commands.py", "portal/meetings/routes_calendar.py", "portal/meetings/routes_guest.py", "portal/records/routes_pack.py",
    "portal/contributions/routes_told.py", "portal/notices/opened.py",
}  # fmt: skip


def test_the_list_of_those_who_see_everything_is_short():
    """Whoever opens a session of the portal's own scope stands in this list, so that a reviewer looks twice."""
    callers = {name(path) for path in SOURCES if re.search(r"\b(system|work|aside)\(\s*f?\"", path.read_text())}
    unexpected = {c for c in callers if not any(c.startswith(known) for known in SYSTEM_SCOPE)}
    assert not unexpected, f"{unexpected} see everything: is that needed?"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_templates_keep_to_the_house(path):
    source = path.read_text()
    assert (
        path.parent.name in FEATURES | {"templates", "components", "errors", "mail"}
        or path.parent.parent.name in FEATURES
    ), f"{name(path)} belongs to no feature"
    assert "|safe" not in source.replace(" ", ""), f"{name(path)}: |safe would show what somebody typed as HTML"
    assert "<style" not in source, f"{name(path)}: style belongs into static/scss"
    assert not re.search(r"\son[a-z]+=", source), f"{name(path)}: no inline handlers"
    in_a_mail = path.parent.name == "mail"  # a mail has no style sheet of ours
    assert in_a_mail or not re.search(r"\sstyle=", source), f"{name(path)}: no style attributes"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_imported_macro_is_used(path):
    source = path.read_text()
    for part in re.findall(r"{%-?\s*include\s+\"([^\"]+)\"", source):
        source += (TEMPLATES / part).read_text()  # an included part is written with the macros of its page
    for names in re.findall(r"{%-?\s*from\s+\"[^\"]+\"\s+import\s+([^%]+?)(?:\s+with context)?\s*-?%}", source):
        rest = source.replace(names, "", 1)
        for macro in (part.split(" as ")[-1].strip() for part in names.split(",")):
            assert re.search(rf"\b{re.escape(macro)}\b", rest), f"{name(path)} imports {macro} and does not use it"


def test_markup_is_made_in_few_places():
    makers = {name(path) for path in SOURCES if re.search(r"\bMarkup\(", path.read_text())}
    known = {
        "portal/web/forms.py",
        "portal/web/i18n/choice.py",
        "portal/web/i18n/formats.py",
        "portal/profiles/queries_texts.py",  # a school's text writes its own <bdi>: a macro for each costs too much
        "portal/notices/page_words.py",  # the one place that hands a notice's clean HTML to a template
        "portal/meetings/page_times.py",  # three hundred radio buttons: a template takes four times as long
        "portal/profiles/routes_staff.py",  # the preview's bar is a rendered template, in another language than the page
    }
    assert makers <= known, makers - known


def test_words_are_marked_by_names_that_the_extractor_knows():
    """`lazy_gettext as _l` looks fine and is never extracted: its words would stay English in every language."""
    for path in SOURCES:
        for alias in re.findall(r"gettext as (\w+)", path.read_text()):
            assert alias in {"_", "_gettext"}, f"{name(path)}: call it by its own name, {alias} is not extracted"


def test_no_forgotten_work():
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME")))
    found = [name(path) for path in [*SOURCES, *PAGES] if marks.search(path.read_text())]
    assert not found
