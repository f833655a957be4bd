"""Codes, PINs and hashes: the arithmetic of coming in."""

import hashlib
import hmac
import re
import secrets
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.people.rules import Audience, ContactKind

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LETTER_DAYS = 28
MAILED_CODE_MINUTES = 10
MAILED_CODE_CAP_MINUTES = 30
MAILED_CODES_AN_HOUR = 5
MOST_ADDRESSES = 5
SIGN_IN_CODE, CONFIRM_ADDRESS, ADDRESS_ADDED = "sign_in_code", "confirm_address", "address_added"  # kinds of messages
BRITAIN = 44  # how its telephone numbers begin abroad
PIN_TRIES = 5
CODE_TRIES = 6
PASSWORD_TRIES = 10
PASSWORD_REST = timedelta(minutes=15)
LESSON_MINUTES = 30
# What families of English schools speak most (domain.md 5); anything else the office writes down.
SPOKEN = (
    "en",
    "ur",
    "pa",
    "bn",
    "pl",
    "ro",
    "ar",
    "so",
    "gu",
    "ta",
    "pt",
    "fr",
    "es",
    "it",
    "tr",
    "ku",
    "fa",
    "ps",
    "hi",
    "ml",
    "te",
    "ne",
    "yo",
    "ig",
    "sw",
    "am",
    "ti",
    "uk",
    "ru",
    "lt",
    "bg",
    "hu",
    "sq",
    "sk",
    "cs",
    "zh",
    "vi",
    "tl",
)
SHORTEST_PASSWORD = 12
SHORTEST_PUPIL_PASSWORD = 8


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a sitting lasts: minutes without a click, and minutes altogether."""

    idle: int
    longest: int


STAYS = {
    Audience.FAMILY: Stay(30, 12 * 60),
    Audience.STAFF: Stay(30, 10 * 60),
    Audience.PUPIL: Stay(20, 60),
    Audience.TRUST: Stay(30, 10 * 60),
}

# Hashing is the narrowest pipe of the house: one at a time in a process, or a rush of sign-ins starves every page.
_one_at_a_time = threading.Lock()
_slow = PasswordHasher()


def hash_secret(value: str) -> str:
    """A slow hash (Argon2id) for what people choose themselves: PINs and passwords."""
    with _one_at_a_time:
        return _slow.hash(value)


NOBODYS_HASH = PasswordHasher().hash("nobody has this password")


def secret_fits(value: str, hashed: str | None) -> bool:
    """Whether the value belongs to the hash; takes the same time when there is no hash at all."""
    with _one_at_a_time:
        try:
            return _slow.verify(hashed or NOBODYS_HASH, value) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False


def token() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def fast_hash(value: str) -> bytes:
    """SHA-256 of a value that is random already."""
    return hashlib.sha256(value.encode()).digest()


def peppered(value: str, pepper: str) -> bytes:
    """HMAC-SHA-256 of a short code with a key that the database does not hold; 32 bytes."""
    return hmac.new(pepper.encode(), value.encode(), hashlib.sha256).digest()


def new_letter_code() -> tuple[str, str]:
    """A finder of 3 and a secret of 8 characters, printed as ABC-4F7K-9Q2M."""
    return tuple("".join(secrets.choice(LETTERS) for _n in range(count)) for count in (3, 8))  # type: ignore[return-value]


def derived_code(purpose: str, row_id: uuid.UUID, pepper: str, *, letters: int) -> str:
    """The code that belongs to a row, made again whenever it must be shown or sent.

    So no code stands in clear in the database or the outbox: whoever sends it knows the row and the pepper, and a
    stolen copy of the database has only the row.
    """
    number = int.from_bytes(peppered(f"{purpose} {row_id}", pepper), "big")
    return "".join(LETTERS[number >> (5 * place) & 31] for place in range(letters))


def mailed_code(row_id: uuid.UUID, pepper: str) -> str:
    """8 characters, printed as 4F7K-9Q2M."""
    return derived_code("mailed code", row_id, pepper, letters=8)


def room_code(row_id: uuid.UUID, pepper: str) -> str:
    """6 characters that an adult types on the room's tablets."""
    return derived_code("room code", row_id, pepper, letters=6)


def printed(code: str) -> str:
    """A code as it stands in a letter: groups of four, the finder of three first where there is one."""
    if len(code) == 6:
        return f"{code[:3]}-{code[3:]}"
    head, rest = (code[:3], code[3:]) if len(code) == 11 else ("", code)
    return "-".join(part for part in (head, rest[:4], rest[4:]) if part)


def read_code(value: str) -> str:
    """What somebody typed, as the code it most likely is: any case, any spaces and dashes, O for 0, I and L for 1."""
    kept = re.sub(r"[^0-9A-Z]", "", value.upper())
    return kept.translate(str.maketrans("OILU", "011V"))


def read_digits(value: str) -> str:
    """What somebody typed without spaces, its digits as 0 to 9: ۱۲۳ and ੧੨੩ are digits too."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in re.sub(r"\s", "", value))


def check_pin(pin: str) -> str:
    """Six digits that are not one digit six times, nor a run. Raises Invalid at the field `pin`."""
    digits = read_digits(pin)
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise Invalid(N_("The PIN needs six digits."), field="pin")
    if len(set(digits)) == 1 or digits in "01234567890" or digits in "09876543210":
        raise Invalid(N_("That PIN is too easy to guess. Please choose another."), field="pin")
    return digits


def check_password(password: str, *, shortest: int) -> str:
    """A password of the least length. Raises Invalid at the field `password`."""
    if len(password) < shortest:
        raise Invalid(N_("The password needs at least %(shortest)s letters."), field="password", shortest=shortest)
    return password


def own_path(value: str | None) -> str:
    """The value if it is a path on this site, else nothing: signing in never leads elsewhere."""
    value = value or ""
    plain = value.startswith("/") and value.isprintable() and "\\" not in value and len(value) <= 500
    return value if plain and not value.startswith("//") else ""


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address in small letters, or a mobile number as +44…"""

    kind: ContactKind
    value: str


def read_address(typed: str) -> Address:
    """What somebody typed, as an address. Raises Invalid at the field `address`."""
    bare = typed.strip().lower()
    if re.fullmatch(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+", bare) and len(bare) <= 254:
        return Address(ContactKind.EMAIL, bare)
    if "@" not in bare:
        try:
            number = phonenumbers.parse(bare, "GB")
        except phonenumbers.NumberParseException:
            number = None
        if number is not None and phonenumbers.is_possible_number(number):
            return Address(ContactKind.MOBILE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise Invalid(N_("Type an e-mail address or a mobile number."), field="address")


def as_written(kind: ContactKind, value: str) -> str:
    """An address as its owner would write it: a British number without +44."""
    if kind != ContactKind.MOBILE:
        return value
    number = phonenumbers.parse(value, "GB")
    formats = phonenumbers.PhoneNumberFormat
    style = formats.NATIONAL if number.country_code == BRITAIN else formats.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def totp_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The 30-second step whose code this is, within one step of now and later than the last one used (RFC 6238)."""
    here, generator = int(now.timestamp()) // 30, pyotp.TOTP(secret)
    digits = read_digits(code).encode()
    steps = (here - 1, here, here + 1)
    fits = [step for step in steps if hmac.compare_digest(generator.generate_otp(step).encode(), digits)]
    return next((step for step in fits if step > last_step), None)


def batch_name() -> str:
    """A short name for one print run, so that a lost pile of letters can be cancelled at once."""
    return uuid.uuid4().hex[:8].upper()
