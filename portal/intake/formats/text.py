"""Cleans one value of a file and notes what was wrong with it, so that a reader can finish the row and name it all."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from portal.intake.rules import Problem, Severity, any_refused, normal_upn, refused, shown, upn_problem, warning
from portal.kernel.errors import Invalid
from portal.kernel.text import many_lines, one_line
from portal.kernel.words import N_

LONGEST_NAME = 200
LONGEST_TEXT = 4000

# Signs without width or meaning in a single line that spreadsheets leave behind, and direction marks at its ends.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_EDGE_MARKS = " \t\r\n\u00a0\u200e\u200f\u061c"
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_BRITISH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


@dataclass(slots=True)
class Findings:
    """Collects the problems of one row or one child while its values are read."""

    line: int
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, message: str, column: str, line: int | None = None, **values: str | int) -> None:
        """Notes what keeps the row or child out; the line is its own unless another is given."""
        self.problems.append(refused(message, line=line or self.line, column=column, **values))

    def warn(self, message: str, column: str, line: int | None = None, **values: str | int) -> None:
        """Notes what somebody should look at."""
        self.problems.append(warning(message, line=line or self.line, column=column, **values))

    def single_line(self, value: str, column: str, longest: int = LONGEST_NAME, line: int | None = None) -> str:
        """A name or other short value; what cannot be kept is refused, and the value is then empty."""
        if value.isascii() and value.isprintable() and len(value) <= longest:
            return " ".join(value.split())
        return self._kept(lambda: one_line(_INVISIBLE.sub("", value).strip(_EDGE_MARKS), longest=longest), column, line)

    def paragraphs(self, value: str, column: str, longest: int = LONGEST_TEXT) -> str:
        """A longer text with its line breaks; spaces within a line collapse, and so do empty lines after the first."""
        text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", value))
        text = "\n".join(" ".join(part.split()) for part in text.split("\n"))
        return self._kept(lambda: many_lines(re.sub(r"\n{3,}", "\n\n", text), longest=longest), column, None)

    def day(self, value: str, column: str, *, british: bool = False, line: int | None = None) -> date | None:
        """A date as 2026-12-01, and where people type it themselves as 01/12/2026 too."""
        if match := _ISO.fullmatch(value):
            year, month, day = match.groups()
        elif british and (match := _BRITISH.fullmatch(value)):
            day, month, year = match.groups()
        else:
            self.refuse(N_("“%(value)s” is not a date we can read."), column, line, value=shown(value))
            return None
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            self.refuse(N_("There is no such day as %(value)s."), column, line, value=value)
            return None

    def upn(self, value: str, column: str, line: int | None = None) -> str:
        """A UPN without spaces, in capitals; refused when there is none or it is wrong."""
        upn = normal_upn(value)
        if not upn:
            self.refuse(N_("There is no UPN. Give the child one in your school system first."), column, line)
        elif problem := upn_problem(upn):
            self.problems.append(replace(problem, line=line or self.line, column=column))
        return upn

    def boolean(self, value: str, column: str, line: int | None = None) -> bool | None:
        """An XML boolean; None, with a warning, for any other text."""
        if value and value.lower() not in _BOOLEANS:
            self.unknown_code(value, column, line)
        return _BOOLEANS.get(value.lower())

    def unknown_code(self, value: str, column: str, line: int | None = None) -> None:
        """Reports a code that no list has and that is therefore not kept."""
        self.warn(N_("“%(code)s” is not a code we know. It was left out."), column, line, code=shown(value))

    def take_over(self, part: "Findings", left_out: str) -> None:
        """What refuses a part is only a warning for the whole, followed by what became of the part."""
        self.problems.extend(replace(problem, severity=Severity.WARNING) for problem in part.problems)
        if any_refused(part.problems):
            self.problems.append(warning(left_out, line=part.line))

    def _kept(self, clean: Callable[[], str], column: str, line: int | None) -> str:
        try:
            return clean()
        except Invalid as error:
            values = {name: value for name, value in error.values.items() if isinstance(value, str | int)}
            self.refuse(error.message, column, line, **values)
            return ""


def number_to_99(text: str) -> int | None:
    """A rank, order or priority; None for anything that is not a number from 1 to 99."""
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) and int(text) else None
