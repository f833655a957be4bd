"""Reads large XML one small tree at a time, with line numbers, and refuses what could turn the parser against us."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers.expat import errors as expat_errors

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from portal.intake.formats.source import FileRefused, text_of
from portal.intake.rules import refused, shown
from portal.kernel.words import N_

DEEPEST = 30
MOST_NODES = 5_000
LONGEST_TEXT = 5_000

_CONTROLS = frozenset(chr(code) for code in range(32)) - {"\t", "\n", "\r"}
_CUT_SHORT = frozenset(
    expat_errors.codes[message]
    for message in (
        expat_errors.XML_ERROR_NO_ELEMENTS,
        expat_errors.XML_ERROR_UNCLOSED_TOKEN,
        expat_errors.XML_ERROR_PARTIAL_CHAR,
        expat_errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


@dataclass(slots=True)
class Node:
    """An element with its text (at most 5,000 characters and a piece), its line in the file, and no attributes."""

    tag: str
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def first(self, *path: str) -> "Node":
        """The first element at the path; an empty one with the nearest line where there is none."""
        node = self
        for tag in path:
            node = next((child for child in node.children if child.tag == tag), None) or Node(tag, node.line)
        return node

    def each(self, *path: str) -> Iterator["Node"]:
        """Every element with the last tag under the first element at the rest of the path."""
        return (child for child in self.first(*path[:-1]).children if child.tag == path[-1])

    def said(self, *path: str) -> str:
        """The trimmed text at the path, empty where there is none."""
        return self.first(*path).text.strip()


@dataclass(frozen=True, slots=True)
class Wanted:
    """An element to be handed out whole: how deep it stands (the root is 1), and which children are read at all."""

    depth: int
    children: frozenset[str]


class _Collector:
    """The parser's target: builds wanted elements and lets everything else fall."""

    def __init__(self, root: str, wanted: Mapping[str, Wanted]) -> None:
        self.expat: Any = None
        self.done: list[Node] = []
        self.seen_root = False
        self._root, self._wanted = root, wanted
        self._open: list[Node] = []
        self._depth = self._skipped_from = self._nodes = 0

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        self._depth += 1
        if self._depth == 1:
            self._check_root(tag)
        if self._depth > DEEPEST or self._nodes > MOST_NODES:
            raise FileRefused(
                refused(
                    N_("From here on, the file is not built like one that a school system writes."), line=self._line()
                )
            )
        if self._skipped_from:
            return
        if self._open:
            self._grow(tag)
        elif tag in self._wanted and self._wanted[tag].depth == self._depth:
            self._open.append(Node(tag, self._line()))
            self._nodes = 1

    def data(self, text: str) -> None:
        if self._open and not self._skipped_from and len(self._open[-1].text) < LONGEST_TEXT:
            self._open[-1].text += text[:LONGEST_TEXT]

    def end(self, _tag: str) -> None:
        if self._skipped_from == self._depth:
            self._skipped_from = 0
        elif self._open and not self._skipped_from:
            node = self._open.pop()
            if not self._open:
                self.done.append(node)
        self._depth -= 1

    def close(self) -> None:
        """The parser's last call; what was read is in `done`."""

    def _grow(self, tag: str) -> None:
        parent = self._open[-1]
        if len(self._open) == 1 and tag not in self._wanted[parent.tag].children:
            self._skipped_from = self._depth
            return
        node = Node(tag, self._line())
        parent.children.append(node)
        self._open.append(node)
        self._nodes += 1

    def _check_root(self, tag: str) -> None:
        self.seen_root = True
        if tag.casefold() != self._root.casefold():
            raise FileRefused(
                refused(
                    N_("This is another kind of file. It begins with “%(found)s”, we expected “%(expected)s”."),
                    line=self._line(),
                    found=shown(tag),
                    expected=self._root,
                )
            )

    def _line(self) -> int:
        return int(self.expat.CurrentLineNumber)


def elements(stream: BinaryIO, encoding: str, *, root: str, wanted: Mapping[str, Wanted]) -> Iterator[Node]:
    """The wanted elements in the order of the file. Raises FileRefused, also after some were handed out."""
    collector = _Collector(root, wanted)
    # Text goes in, not bytes: the encoding was decided before, and expat then ignores what the prolog claims.
    parser: Any = DefusedXMLParser(target=collector, forbid_dtd=True)
    collector.expat = parser.parser
    piece = ""
    try:
        for piece in text_of(stream, encoding):
            parser.feed(piece)
            yield from collector.done
            collector.done.clear()
        parser.close()
        yield from collector.done
    except DefusedXmlException as error:
        raise FileRefused(
            refused(
                N_(
                    "The file defines its own entities or document type. School systems never do, so we do not read it."
                ),
                line=collector.expat.CurrentLineNumber,
            )
        ) from error
    except ParseError as error:
        raise _not_well_formed(error, piece, collector.seen_root) from error


def _not_well_formed(error: ParseError, piece: str, seen_root: bool) -> FileRefused:
    line = error.position[0]
    if any(c in _CONTROLS for c in piece):
        return FileRefused(refused(N_("The file holds a control character that XML does not allow."), line=line))
    if not seen_root:
        return FileRefused(refused(N_("This is not an XML file."), line=line))
    if error.code in _CUT_SHORT:
        return FileRefused(
            refused(N_("The file stops in the middle. Perhaps it was cut short. Export it again."), line=line)
        )
    return FileRefused(refused(N_("The XML is broken here. Export the file again."), line=line))
