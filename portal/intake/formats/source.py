"""How bytes become text, decided once for all formats: a wrong guess turns names into nonsense without a word."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portal.intake.rules import Problem, refused, warning
from portal.kernel.words import N_

CHUNK = 1 << 16
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Source = bytes | Path | BinaryIO


class FileRefused(Exception):
    """The whole file is kept out; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


@contextmanager
def opened(source: Source, longest: int) -> Iterator[BinaryIO]:
    """The source as a stream at its beginning. Raises FileRefused when it is empty or longer than `longest` bytes."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield _measured(stream, longest)
    else:
        yield _measured(io.BytesIO(source) if isinstance(source, bytes) else source, longest)


def _measured(stream: BinaryIO, longest: int) -> BinaryIO:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if not size:
        raise FileRefused(refused(N_("The file is empty.")))
    if size > longest:
        raise FileRefused(
            refused(N_("The file is larger than %(megabytes)s MB, the most we take."), megabytes=longest // 1_000_000)
        )
    return stream


def fingerprint(source: Source) -> str:
    """SHA-256 of the file as 64 hexadecimal digits, to recognise one that was brought before."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    source.seek(0)
    return hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]


def encoding_of(stream: BinaryIO) -> tuple[str, tuple[Problem, ...]]:
    """The encoding the bytes really have, with a warning when it is a guess. Raises FileRefused when no guess is safe.

    Old school systems write Windows-1252 and call it UTF-8 or nothing, so what the file says of itself is not asked.
    """
    head = stream.read(3)
    expected = "utf-16" if head[:2] in _UTF16 else "utf-8-sig"
    if _decodes(stream, expected):
        return expected, ()
    if _decodes(stream, "utf-8", "surrogatepass"):
        raise FileRefused(refused(N_("The file holds half characters, which no program can show. Export it again.")))
    if head[:2] in _UTF16 or head == codecs.BOM_UTF8 or _is_mixed(stream) or not _decodes(stream, "cp1252"):
        raise FileRefused(refused(N_("Some letters in the file are damaged. Export it again and choose UTF-8.")))
    return "cp1252", (
        warning(N_("The file is not in UTF-8. We read it as Windows-1252. Check names with accents before you go on.")),
    )


def text_of(stream: BinaryIO, encoding: str, errors: str = "strict") -> Iterator[str]:
    """The text from the beginning, in pieces that never cut a character."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _decodes(stream: BinaryIO, encoding: str, errors: str = "strict") -> bool:
    try:
        for _ in text_of(stream, encoding, errors):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _is_mixed(stream: BinaryIO) -> bool:
    """Whether some letters are UTF-8 and some are not: reading it as Windows-1252 would spoil the good ones."""
    pieces = text_of(stream, "utf-8", "surrogateescape")
    return any("\x7f" < c < "\ud800" or c > "\udfff" for piece in pieces for c in piece)
