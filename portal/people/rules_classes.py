"""Classes in the order in which a school counts them; the same in SQL is SchoolClass.in_order."""

DIGITS = frozenset("0123456789")
NURSERY, RECEPTION, YEARS_TO_9, YEARS_FROM_10, NO_YEAR, NO_CLASS = range(6)


def class_order(name: str | None) -> tuple[int, str]:
    """Sorts by the year that a name begins with ("N1", "R Wren", "2 Kingfisher", "10B"); names without one come after
    them, and children without a class last."""
    if not name:
        return NO_CLASS, ""
    first, second = name[0].upper(), name[1:2]
    if first in DIGITS:
        return YEARS_FROM_10 if second in DIGITS else YEARS_TO_9, name
    if first in "NR" and (not second.isalpha() or len(name) == 2):  # not "Robins"
        return NURSERY if first == "N" else RECEPTION, name
    return NO_YEAR, name
