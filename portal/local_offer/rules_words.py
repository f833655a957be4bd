"""Words as they are looked for: without capitals, accents and apostrophes, so that Café and cafe are one word."""

import re
import unicodedata

LONGEST_WORD = 40
MOST_WORDS_ASKED = 6
AFTER_ALL = "\U0010ffff"  # sorts after every letter: the end of the words that begin in one way

_WORD = re.compile(r"\w+")
_UNHEARD = str.maketrans("łŁ", "lL", "'’‘`´")
_SMALL_WORDS = frozenset(["a", "an", "and", "at", "for", "in", "my", "of", "on", "or", "the", "to", "with"])


def folded(text: str) -> str:
    """The text as it is compared and sorted."""
    bare = unicodedata.normalize("NFKD", text.translate(_UNHEARD))
    return "".join(c for c in bare if not unicodedata.category(c).startswith("M")).casefold()


def words_of(text: str) -> list[str]:
    """Each word once, in the order of the text; the small words of English say nothing and are left out."""
    found = dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded(text)))
    return [word for word in found if word not in _SMALL_WORDS]


def words_asked(text: str) -> tuple[str, ...]:
    """The words of a search; a few are enough."""
    return tuple(words_of(text)[:MOST_WORDS_ASKED])
