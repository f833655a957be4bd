"""Classes stand as a school counts them, in Python and in SQL."""

import random
import uuid

from sqlalchemy import select

from portal.people.models import SchoolClass
from portal.people.rules_classes import class_order

AS_COUNTED = [
    *("N1", "Nursery", "r jay", "R Wren", "Rec A", "Reception"),
    *("1 Robin", "2 Kingfisher", "Year 3 Oak", "Y7", "9Z", "10B", "Yr 11", "Year 12"),
    *("Ash", "Recorders", "Robins", "Yew", "zebra"),
]


def test_years_come_first_and_two_digits_last_of_them():
    shuffled = random.Random(3).sample([*AS_COUNTED, "", None], len(AS_COUNTED) + 2)
    assert [name for name in sorted(shuffled, key=class_order) if name] == AS_COUNTED
    assert not any(sorted(shuffled, key=class_order)[-2:])


def test_the_database_counts_in_the_same_way(app, ids, system_session):
    school_id = ids.schools["Hazel Lane Primary School"]
    there = set(system_session.scalars(select(SchoolClass.name).where(SchoolClass.school_id == school_id)))
    for name in random.Random(4).sample(AS_COUNTED, len(AS_COUNTED)):
        if name not in there:
            system_session.add(SchoolClass(id=uuid.uuid4(), school_id=school_id, name=name))
    system_session.flush()
    of_the_school = select(SchoolClass.name).where(SchoolClass.school_id == school_id)
    found = system_session.scalars(of_the_school.order_by(*SchoolClass.in_order())).all()
    assert [name for name in found if name in AS_COUNTED] == AS_COUNTED
