"""Codes, PINs and addresses as people really type them."""

import contextlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.rules import (
    LETTERS,
    check_pin,
    mailed_code,
    own_path,
    printed,
    read_address,
    read_code,
    room_code,
)
from portal.kernel.errors import Invalid
from portal.people.rules import ContactKind


@given(st.uuids(version=4), st.sampled_from([str.lower, str.upper, str.title]))
def test_a_printed_code_is_read_however_it_is_typed(row_id, way):
    for make in (mailed_code, room_code):
        code = make(row_id, "pepper")
        assert set(code) <= set(LETTERS)
        assert read_code(way(f" {printed(code)} ").replace("0", "O").replace("1", "l")) == code


def test_codes_depend_on_row_purpose_and_pepper():
    one = uuid.uuid4()
    made = {mailed_code(one, "a"), mailed_code(one, "b"), mailed_code(uuid.uuid4(), "a"), room_code(one, "a")}
    assert len(made) == 4
    assert not mailed_code(one, "a").startswith(room_code(one, "a"))


@given(st.text())
def test_no_text_breaks_the_readers(text):
    read_code(text)
    assert own_path(text) in {"", text}
    for reader in (check_pin, read_address):
        with contextlib.suppress(Invalid):
            reader(text)


@pytest.mark.parametrize("typed", ["٢٤٦٨١٠", "২৪৬৮১০", "੨੪੬੮੧੦", "24 68 10", "246810 "])
def test_a_pin_may_be_typed_in_the_digits_of_home(typed):
    assert check_pin(typed) == "246810"


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        (" Ann@Example.ORG ", ContactKind.EMAIL, "ann@example.org"),
        ("o'brien+school@mail.example.co.uk", ContactKind.EMAIL, "o'brien+school@mail.example.co.uk"),
        ("07700 900123", ContactKind.MOBILE, "+447700900123"),
        ("+44 (0)7700-900 123", ContactKind.MOBILE, "+447700900123"),
        ("0048 601 234 567", ContactKind.MOBILE, "+48601234567"),
    ],
)
def test_addresses_are_read_in_the_ways_people_write_them(typed, kind, value):
    address = read_address(typed)
    assert (address.kind, address.value) == (kind, value)
