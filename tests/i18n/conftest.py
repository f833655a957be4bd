"""Small catalogues written for a test, and the languages put back as they were found."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from portal.web import catalogues
from portal.web.i18n import LANGUAGES, messages

Words = dict[str | tuple[str, str], str | tuple[str, ...]]


@pytest.fixture(autouse=True)
def _languages_put_back() -> Iterator[None]:
    before = dict(messages._voices)
    yield
    messages._voices.clear()
    messages._voices.update(before)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, Words]], Path]:
    """Write a folder of translations: the source from the first language's messages, one catalogue a language."""

    def write(words: dict[str, Words]) -> Path:
        source = Catalog()
        for catalogue in words.values():
            for message in catalogue:
                source.add(message)
        (tmp_path / "messages.pot").write_bytes(catalogues.rendered(source))
        for tag, catalogue in words.items():
            language = LANGUAGES[tag]
            made = Catalog(locale=language.locale)
            for message, string in catalogue.items():
                made.add(message, string)
            path = tmp_path / tag / "LC_MESSAGES" / "messages.po"
            path.parent.mkdir(parents=True)
            path.write_bytes(catalogues.rendered(made, language))
        return tmp_path

    return write


@pytest.fixture
def all_spoken(write: Callable[[dict[str, Words]], Path]) -> None:
    """All eight languages are spoken; the catalogues know one word, so that everything else is English."""
    folder = write({tag: {"Hello": f"Hello in {tag}"} for tag in LANGUAGES if tag != "en"})
    messages.load(folder, tuple(LANGUAGES))
