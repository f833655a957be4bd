"""From a few signs that anybody can type on a phone to headings, bold, lists and links, and to nothing else.

`# ` begins a heading, `- ` or `1. ` a line of a list, an empty line a new paragraph; `**bold**`, `[words](address)`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from portal.kernel.text import clean_html
from portal.profiles.rules import wording_key

LONGEST_WORDS = 8_000
_SAFE_LINK = r"(?:https?://|mailto:|tel:)[^\s()<>\"\\]+"
_INLINE = re.compile(
    rf"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<label>[^\]\n]+)\]\((?P<href>{_SAFE_LINK})\)|(?P<bare>https?://[^\s<>\"\\]*[\w/])",
    re.IGNORECASE,
)
_STARTS = (
    ("h3", re.compile(r"##+\s+")),
    ("h2", re.compile(r"#\s+")),
    ("ul", re.compile(r"[-*•]\s+")),
    ("ol", re.compile(r"\d{1,2}[.)]\s+")),
)
_LISTS = frozenset({"ul", "ol"})
_HEADINGS = frozenset({"h2", "h3"})


@dataclass(frozen=True, slots=True)
class Run:
    """Some words within a line, perhaps bold or a link."""

    text: str
    bold: bool = False
    href: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (h2, h3), a paragraph (p) or a list (ul, ol) with its lines."""

    kind: str
    lines: tuple[Line, ...]


def blocks(words: str) -> tuple[Block, ...]:
    """What was typed as headings, paragraphs and lists, in order."""
    made = []
    for kind, group in groupby(_lines(words), key=lambda found: found[0]):
        lines = [_runs(text) for _kind, text in group]
        if kind in _HEADINGS:
            made += [Block(kind, (line,)) for line in lines]
        elif kind:
            made.append(Block(kind, tuple(lines)))
    return tuple(made)


def html_of(words: str) -> str:
    """The same as clean HTML. Raises Invalid for what cannot be kept."""
    return clean_html("".join(map(_block, blocks(words))))


def wording(title: str, words: str) -> str:
    """The mark of one exact wording, to which a translation belongs."""
    return wording_key(f"{title}\n{words}")


def _lines(words: str) -> Iterator[tuple[str, str]]:
    """Each line with what it is part of; empty lines are part of nothing and end a paragraph."""
    for typed in words.splitlines():
        line = typed.strip()
        kind, text = next(
            ((name, sign.sub("", line, count=1)) for name, sign in _STARTS if sign.match(line)), ("p", line)
        )
        yield (kind, text) if text else ("", "")


def _runs(text: str) -> Line:
    made, end = [], 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            made.append(Run(text[end : found.start()]))
        bold, label, href, bare = found.group("bold", "label", "href", "bare")
        made.append(Run(bold, bold=True) if bold else Run(label or bare, href=href or bare))
        end = found.end()
    return (*made, Run(text[end:])) if text[end:] else tuple(made)


def _block(block: Block) -> str:
    lines = ["".join(map(_run, line)) for line in block.lines]
    if block.kind in _LISTS:
        return f"<{block.kind}>{''.join(f'<li>{line}</li>' for line in lines)}</{block.kind}>"
    return f"<{block.kind}>{'<br>'.join(lines)}</{block.kind}>"


def _run(run: Run) -> str:
    words = escape(run.text, quote=False)
    if run.href:
        return f'<a href="{escape(run.href)}">{words}</a>'
    return f"<strong>{words}</strong>" if run.bold else words


def seen_mark(*texts: str) -> str:
    """The mark of what a page showed; of nothing where nothing was there."""
    return wording_key("\n".join(texts)) if texts else ""
