"""Classes in the order in which a school counts them; the same in SQL is SchoolClass.in_order."""

from string import ascii_lowercase

DIGITS, LETTERS = frozenset("0123456789"), frozenset(ascii_lowercase)
YEAR_BEFORE = ("year ", "yr ", "y")  # "Year 3 Oak", "Yr 3", "Y3"
BY_NAME = {"nursery": 0, "n": 0, "reception": 1, "rec": 1, "r": 1}  # alone, or before what is no letter
YEARS_TO_9, YEARS_FROM_10, NO_YEAR, NO_CLASS = 2, 3, 4, 5


def class_order(name: str | None) -> tuple[int, str]:
    """Sorts by the year that a name begins with ("N1", "Reception", "R Wren", "2 Kingfisher", "Y7", "10B"); names
    without one come after them, and children without a class last."""
    lower = (name or "").lower()
    if not lower:
        return NO_CLASS, ""
    for before in YEAR_BEFORE:
        if lower.startswith(before) and lower[len(before) : len(before) + 1] in DIGITS:
            lower = lower.removeprefix(before)
            break
    if lower[0] in DIGITS:
        return YEARS_FROM_10 if lower[1:2] in DIGITS else YEARS_TO_9, lower
    for word, place in BY_NAME.items():
        if lower.startswith(word) and lower[len(word) : len(word) + 1] not in LETTERS:
            return place, lower
    return NO_YEAR, lower
