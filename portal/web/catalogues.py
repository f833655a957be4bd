"""The catalogues of translations, made and checked the same way on every machine: `python -m portal.web.catalogues`."""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po
from jinja2 import Environment, nodes

from portal.paths import TRANSLATIONS
from portal.web.i18n.checks import catalogue_problems, source_problems, translation_problems
from portal.web.i18n.languages import LANGUAGES, Language, counts_by_form, plural_forms
from portal.web.i18n.messages import is_translated, read_catalogue

_KEYWORDS: Final = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "translated_plural": (1, 2)}
_TRANSLATED: Final = tuple(language for language in LANGUAGES.values() if language.tag != "en")
_SOURCE, _UNCHANGED = "messages.pot", "same-as-english.json"


def extracted(root: Path) -> Catalog:
    """Collect the messages of the checkout at `root` by the mappings in its pyproject.toml."""
    mappings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    patterns = [(pattern, mapping) for mapping in mappings for pattern in _listed(mapping["pattern"])]
    tops = {pattern.split("/")[0] for pattern, _ in patterns}
    catalogue = Catalog()
    for _, _, message, comments, context in extract_from_dir(
        root,
        [(pattern, mapping["method"]) for pattern, mapping in patterns],
        {pattern: mapping for pattern, mapping in patterns},
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
        directory_filter=lambda folder: Path(folder).relative_to(root).parts[0] in tops,
    ):
        catalogue.add(message, auto_comments=comments, context=context)
    return catalogue


def rendered(catalogue: Catalog, language: Language | None = None) -> bytes:
    """The file for a catalogue, without dates or places in the code, so that a difference is a difference in words."""
    header = ["Content-Type: text/plain; charset=utf-8"]
    if language:
        header += [f"Language: {language.tag}", f"Plural-Forms: {plural_forms(language)[1]}"]
    lines = "".join(f'"{line}\\n"\n' for line in header)
    body = BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return f'msgid ""\nmsgstr ""\n{lines}\n'.encode() + body.getvalue().rstrip() + b"\n"


def merged(folder: Path, language: Language) -> Catalog:
    """The messages of the source with what is already translated; nothing is guessed from similar messages."""
    path = _path(folder, language)
    known = read_catalogue(path) if path.is_file() else Catalog()
    catalogue = Catalog(locale=language.locale)
    for message in read_catalogue(folder / _SOURCE):
        if not message.id:
            continue
        before = known.get(_singular(message), message.context)
        kept = before.string if before is not None and before.id == message.id and is_translated(before) else None
        empty = "" if isinstance(message.id, str) else ("",) * plural_forms(language)[0]
        catalogue.add(message.id, kept or empty, auto_comments=message.auto_comments, context=message.context)
    return catalogue


def check(folder: Path) -> list[str]:
    """List everything that is wrong with the source and all the catalogues, in sentences."""
    root, source = folder.parent, read_catalogue(folder / _SOURCE)
    found = [f"{name}: a variable is translated, use say(): {call}" for name, call in _variables(root / "templates")]
    if rendered(extracted(root)) != (folder / _SOURCE).read_bytes():
        found.append("messages.pot is not what the code says: run `make translations`")
    found += source_problems(source)
    unchanged = json.loads((folder / _UNCHANGED).read_text())
    for language in _TRANSLATED:
        path = _path(folder, language)
        if not path.is_file():
            found.append(f"{language.tag}: there is no catalogue")
            continue
        allowed = {*unchanged.get("*", ()), *unchanged.get(language.tag, ())}
        found += catalogue_problems(language, source, read_catalogue(path), allowed)
    return found


def missing(folder: Path, language: Language) -> list[dict[str, Any]]:
    """What is still to be translated, for a translator: plural messages say which counts each form is for."""
    catalogue = merged(folder, language)
    return [_task(message, language) for message in catalogue if message.id and not is_translated(message)]


def fill(folder: Path, language: Language, entries: list[dict[str, Any]]) -> list[str]:
    """Write the good ones of the translations into the catalogue and list what is wrong with the others."""
    catalogue, refused = merged(folder, language), []
    unchanged = json.loads((folder / _UNCHANGED).read_text())
    allowed = {*unchanged.get("*", ()), *unchanged.get(language.tag, ())}
    for entry in entries:
        message = catalogue.get(entry["msgid"], entry.get("context"))
        if message is None:
            refused.append(f"not a message of the portal: {entry['msgid']!r}")
            continue
        plural = not isinstance(message.id, str)
        string = entry.get("msgstr_plural" if plural else "msgstr")
        if not string or not all(string) or isinstance(string, str) == plural:
            refused.append(f"no {'msgstr_plural' if plural else 'msgstr'} for {entry['msgid']!r}")
            continue
        offer = Message(message.id, tuple(string) if plural else string, context=message.context)
        if problems := list(translation_problems(language, offer, allowed)):
            refused += problems
        else:
            message.string = offer.string
    _write(folder, language, catalogue)
    return refused


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m portal.web.catalogues", description=__doc__)
    parser.add_argument("--folder", type=Path, default=TRANSLATIONS)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("extract", "update", "check"):
        commands.add_parser(name)
    for name in ("missing", "fill"):
        command = commands.add_parser(name)
        command.add_argument("tag", choices=[language.tag for language in _TRANSLATED])
    command.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    problems: list[str] = []
    match given.command:
        case "extract":
            (given.folder / _SOURCE).write_bytes(rendered(extracted(given.folder.parent)))
        case "update":
            for language in _TRANSLATED:
                _write(given.folder, language, merged(given.folder, language))
        case "check":
            problems = check(given.folder)
        case "missing":
            print(_one_a_line(missing(given.folder, LANGUAGES[given.tag])))
        case "fill":
            problems = fill(given.folder, LANGUAGES[given.tag], json.loads(given.file.read_text()))
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


def _task(message: Message, language: Language) -> dict[str, Any]:
    task: dict[str, Any] = {"msgid": _singular(message)}
    if not isinstance(message.id, str):
        counts = counts_by_form(language)
        examples = [", ".join(map(str, numbers[:6])) for numbers in counts]
        task |= {"msgid_plural": message.id[1], "forms": len(counts), "counts": examples}
    if message.context:
        task["context"] = message.context
    if message.auto_comments:
        task["comment"] = " ".join(message.auto_comments)
    return task


def _one_a_line(tasks: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(task, ensure_ascii=False) for task in tasks) + "\n]"


def _write(folder: Path, language: Language, catalogue: Catalog) -> None:
    path = _path(folder, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(rendered(catalogue, language))


def _path(folder: Path, language: Language) -> Path:
    return folder / language.tag / "LC_MESSAGES" / "messages.po"


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _listed(pattern: str | list[str]) -> list[str]:
    return [pattern] if isinstance(pattern, str) else pattern


def _variables(templates: Path) -> list[tuple[str, str]]:
    """Calls in templates that translate a variable: not extracted, and what a person typed would pass as markup."""
    environment = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - it only parses
    found = []
    for path in sorted(templates.rglob("*.html")):
        source = path.read_text()
        for call in environment.parse(source).find_all(nodes.Call):
            if not isinstance(call.node, nodes.Name) or not re.fullmatch(r"_|[np]?gettext", call.node.name):
                continue
            messages = call.args[: 2 if call.node.name in ("ngettext", "pgettext") else 1]
            if not all(isinstance(message, nodes.Const) for message in messages):
                line = source.splitlines()[call.lineno - 1].strip()
                found.append((f"{path.relative_to(templates)}:{call.lineno}", line))
    return found


if __name__ == "__main__":
    sys.exit(main())
