"""Who has looked at children's pages lately, so that a family's list of looks has something to show."""

from portal.demo.world import Child, World
from portal.people.models import Look, Person

LOOKED_AT = ("zara", "zofia", "kacper", "sagal", "idris", "grace")


def make_traces(world: World) -> None:
    """A handful of looks by the people who help each child of the personas."""
    for key in LOOKED_AT:
        child = world.children[key]
        teacher = world.holder("class_teacher", child.school, child.pupil.class_id)
        sendco = world.holder("sendco", child.school)
        for ago, person, role in ((21, sendco, "sendco"), (9, teacher, "class_teacher"), (2, teacher, "class_teacher")):
            _look(world, child, person, role, ago)


def _look(world: World, child: Child, person: Person, role: str, ago: int) -> None:
    world.keep(
        Look(
            school_id=child.school.id,
            pupil_id=child.pupil.id,
            sitting_id=world.new_id(),
            person_id=person.id,
            audience="staff",
            role=role,
            at=world.at(ago, 8, 25),
            version_number=child.told.get("versions", 1),
        )
    )
