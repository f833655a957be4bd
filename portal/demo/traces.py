"""Who has looked at children's pages lately, so that a family's list of looks has something to show."""

from portal.demo.world import Child, World
from portal.people.models import Look, Person
from portal.people.rules import Role

LOOKED_AT = ("zara", "zofia", "kacper", "sagal", "idris", "grace")


def make_traces(world: World) -> None:
    """A handful of looks by the people who help each child of the personas."""
    for key in LOOKED_AT:
        child = world.children[key]
        for ago, role in ((21, Role.SENDCO), (9, Role.CLASS_TEACHER), (2, Role.CLASS_TEACHER)):
            person = world.head_of(role, child)
            _look(world, child, person, role, ago)


def _look(world: World, child: Child, person: Person, role: Role, ago: int) -> None:
    world.keep(
        Look(
            **child.about,
            sitting_id=world.new_id(),
            person_id=person.id,
            audience="staff",
            role=role,
            at=world.at(ago, 8, 25),
            version_number=child.published,
        )
    )
