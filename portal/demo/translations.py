"""Translations of exact wordings, made by people of the two schools for the families who read that language."""

from collections.abc import Iterator
from typing import Any

from portal.demo.world import HERE, Child, World, told
from portal.profiles.models import TextTranslation
from portal.profiles.rules import wording_key


def make_translations(world: World) -> None:
    """Adds what `languages/<words>.<tag>.toml` says, and for the register `languages/register.<tag>.toml`."""
    files = {path.stem: told(f"languages/{path.name}") for path in sorted((HERE / "languages").glob("*.toml"))}
    reads = {person.id: person.language for person in world.people.values()}
    for child in world.children.values():
        words = child.told["words"]
        languages = {reads[link.adult_id] for link in child.links} | {*child.told.get("translated", ())}
        for tag in sorted(languages - {"en"}):
            file = files.get(f"{words}.{tag}", {"text": {}})
            _translate(world, child, tag, {**files[f"register.{tag}"], **file}, _pairs(child, files, tag, file))


def _pairs(child: Child, files: dict[str, Any], tag: str, file: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Wording keys with their text in the other language; a wording that stands in two places comes once."""
    texts: dict[str, str] = {**files[f"register.{tag}"]["text"], **file["text"]}
    return iter({wording_key(child.said[path]): text for path, text in texts.items() if path in child.said}.items())


def _translate(world: World, child: Child, tag: str, by: dict[str, Any], pairs: Iterator[tuple[str, str]]) -> None:
    for wording, text in pairs:
        fitted = text.strip().format_map({"name": child.pupil.name, "friend": child.told["friend"]})
        row = TextTranslation(**child.about, wording=wording, language=tag, text=fitted)
        row.translated_by, row.checked_by = by["translated_by"], by.get("checked_by", "")
        row.at = world.at(15, 14, 10)
        world.keep(row)
