"""The directory of the demo: invented services near the two schools, most of them checked lately, a few not."""

from datetime import timedelta
from typing import Any

from portal.demo.world import World, told
from portal.local_offer.actions_write import freshen, words_for
from portal.local_offer.models import CouncilLink, Feed, Service, ServicePlace, ServiceWord
from portal.local_offer.rules import AREA_CODES, ServiceState, Source, starting_links
from portal.people.models import School

SEEN_AGO = 1  # days since the feeds were read


def make_local_offer(world: World) -> None:
    """Makes the feeds with their services, what staff wrote by hand, and the councils' own pages."""
    words = told("local_offer.toml")
    for council in words["council"]:
        feed = world.keep(
            Feed(
                name=council["name"],
                source=Source.CSV,
                pages={},
                report={},
                added_at=world.at(400),
                last_fetched_at=world.at(SEEN_AGO),
            )
        )
        school = world.schools[council["school"]]
        for number, facts in enumerate(council["services"], 1):
            _service(world, school, facts, feed_id=feed.id, external_id=f"demo-{number}", source=feed.source)
    for facts in words["by_hand"]:
        school, who = world.schools[facts["school"]], world.people[facts["who"]]
        row = _service(world, school, facts, source=Source.MANUAL)
        row.edited_by, row.edited_at = who.id, world.at(facts["checked"])
    for school in world.schools.values():
        for name, url in starting_links(school.laestab):
            world.keep(CouncilLink(school_id=school.id, name=name, url=url, checked_on=world.day(30)))


def _service(world: World, school: School, facts: dict[str, Any], **origin: Any) -> Service:
    youngest, oldest = facts["ages"] or (None, None)
    row = world.keep(
        Service(
            **origin,
            name=facts["name"],
            organisation=facts["by"],
            description=facts["about"],
            phone=facts.get("phone", ""),
            minimum_age=youngest or None,
            maximum_age=oldest,
            costs="" if facts["cost"] == "Free" else facts["cost"],
            is_free=facts["cost"] == "Free",
            areas=" ".join(area for area in AREA_CODES if area in facts["areas"].split()),
            schedules=facts["when"],
            access=facts.get("access", ""),
            state=ServiceState(facts.get("state", "active")),
            edited=[],
            assured_on=world.today - timedelta(days=facts["checked"]) if "checked" in facts else None,
            first_seen_at=world.at(400),
            last_seen_at=world.at(SEEN_AGO),
        )
    )
    places = [_place(world, school, row, facts)] if facts["town"] else []
    freshen(row)
    for word, in_name in words_for(row, places).items():
        world.keep(ServiceWord(word=word, service_id=row.id, in_name=in_name))
    return row


def _place(world: World, school: School, row: Service, facts: dict[str, Any]) -> ServicePlace:
    latitude, longitude = school.latitude or 0.0, school.longitude or 0.0
    return world.keep(
        ServicePlace(
            service_id=row.id,
            position=1,
            name=facts["by"],
            address_1="",
            city=facts["town"],
            postal_code=facts["code"],
            latitude=round(latitude + facts["north"] / 100, 5),
            longitude=round(longitude + facts["east"] / 100, 5),
        )
    )
