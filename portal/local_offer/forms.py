"""What a reader asks the search for. It arrives in the address, so that a search can be kept and sent on; whatever does
not fit is passed over."""

from collections.abc import Mapping, Sequence

from portal.local_offer.page_words import AREA_NAMES
from portal.local_offer.queries_entry import SchoolPoint
from portal.local_offer.rules import DISTANCES, Wanted
from portal.local_offer.rules_words import words_asked
from portal.web.i18n import gettext as _
from portal.web.i18n import ngettext, say

LONGEST_SEARCH = 200
OLDEST_ASKED = 25
LAST_PAGE = 5_000
Field = dict[str, object]


def number_in(text: str, most: int) -> int | None:
    """A whole number from 0 on, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most else None


def wanted_from(asked: Mapping[str, str], schools: Sequence[SchoolPoint]) -> Wanted:
    """What the address asks for."""
    school = next((one for one in schools if str(one.id) == asked.get("near", "")), None)
    miles = number_in(asked.get("miles", ""), max(DISTANCES))
    return Wanted(
        words=words_asked(asked.get("words", "")[:LONGEST_SEARCH]),
        area=asked.get("need", "") if asked.get("need", "") in AREA_NAMES else "",
        age=number_in(asked.get("age", ""), OLDEST_ASKED),
        free=asked.get("cost", "") == "free",
        near=school.point if school else None,
        miles=miles if miles in DISTANCES else DISTANCES[1],
        page=max(1, number_in(asked.get("page", ""), LAST_PAGE) or 1),
    )


def search_fields(asked: Mapping[str, str], schools: Sequence[SchoolPoint]) -> list[Field]:
    """The fields of the search, filled with what was asked."""
    needs = [("", _("Any")), *((code, say(name)) for code, name in AREA_NAMES.items())]
    ages = [("", _("Any")), *((str(age), str(age)) for age in range(OLDEST_ASKED + 1))]
    fields: list[Field] = [
        _field("words", _("Words to look for"), asked["words"][:LONGEST_SEARCH] if "words" in asked else ""),
        _field("need", _("Kind of need"), asked.get("need", ""), needs),
        _field("age", _("Age"), asked.get("age", ""), ages),
        _field("cost", _("Cost"), asked.get("cost", ""), [("", _("Any")), ("free", _("Free"))]),
    ]
    if schools:
        near = [("", _("Anywhere")), *((str(one.id), one.name) for one in schools)]
        miles = [(str(far), ngettext("%(num)s mile", "%(num)s miles", far)) for far in DISTANCES]
        fields.append(_field("near", _("Near"), asked.get("near", ""), near))
        fields.append(_field("miles", _("How far"), asked.get("miles", str(DISTANCES[1])), miles))
    return fields


def _field(name: str, label: str, value: str, options: object = None) -> Field:
    return {"name": name, "label": label, "value": value, "options": options}
