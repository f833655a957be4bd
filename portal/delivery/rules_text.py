"""How many text messages a text becomes, which is what a school pays for: one letter outside the small alphabet of
mobile phones more than halves what fits (3GPP TS 23.038; TS 23.040 section 9.2.3.24.1 for texts in parts)."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(enum.StrEnum):
    """How a phone network writes a text."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


# how much fits into a text that stands alone, and into each part of a longer one
ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class SmsParts:
    """What a text costs: `letters` as the network counts them, and the text messages they take, none for no text."""

    encoding: Encoding
    letters: int
    parts: int


def sms_parts(text: str) -> SmsParts:
    """How the network would cut this text. A sign that takes two places is never cut in half, so that a part may end
    one place early."""
    encoding = Encoding.GSM7 if BASIC.union(EXTENSION).issuperset(text) else Encoding.UCS2
    alone, in_a_part = ROOM[encoding]
    places = list(_places(text, encoding))
    letters = sum(places)
    if letters <= alone:
        return SmsParts(encoding, letters, 1 if text else 0)
    parts, used = 1, 0
    for each in places:
        if used + each > in_a_part:
            parts, used = parts + 1, 0
        used += each
    return SmsParts(encoding, letters, parts)


def _places(text: str, encoding: Encoding) -> Iterator[int]:
    for sign in text:
        if encoding is Encoding.GSM7:
            yield 2 if sign in EXTENSION else 1
        else:
            yield 2 if ord(sign) > 0xFFFF else 1  # a surrogate pair
