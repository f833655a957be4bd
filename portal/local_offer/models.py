"""The directory: feeds, services with their places, the words they are found by, and the councils' own pages. It
belongs to all schools here and to no child, so no scope filters it."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Long, Short
from portal.local_offer.rules import ServiceState, Source
from portal.local_offer.rules_words import LONGEST_WORD

# PostgreSQL compares letter by letter only when told so: a prefix is a stretch of the index
WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")


class Feed(Keyed, Base):
    """Where services come from: an address that is read every night, or a file that somebody brought. `pages` keeps
    for each page what the server gave it to be asked by whether it has changed."""

    __tablename__ = "offer_feed"

    name: Mapped[Short] = mapped_column(unique=True)
    source: Mapped[Source]
    url: Mapped[str] = mapped_column(String(500), default="")
    pages: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    added_at: Mapped[datetime]
    wanted_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    last_fetched_at: Mapped[datetime | None]
    last_trouble: Mapped[Short] = mapped_column(default="")
    stopped: Mapped[bool] = mapped_column(default=False)


class Service(Keyed, Base):
    """One service. What a person wrote stands in `edited` by the column's name, and no import touches it again.
    `areas` are codes with a space between; `fresh_on` is the newest day on which anybody is known to have checked
    the entry, or when we first met it."""

    __tablename__ = "offer_service"

    feed_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("offer_feed.id"))
    source: Mapped[Source]
    external_id: Mapped[Short] = mapped_column(default="")
    name: Mapped[Short]
    sort_name: Mapped[Short]
    description: Mapped[Long] = mapped_column(default="")
    organisation: Mapped[Short] = mapped_column(default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    costs: Mapped[Long] = mapped_column(default="")
    is_free: Mapped[bool] = mapped_column(default=False)
    areas: Mapped[str] = mapped_column(String(20), default="")
    schedules: Mapped[Long] = mapped_column(default="")
    access: Mapped[Long] = mapped_column(default="")
    assured_on: Mapped[date | None]
    last_modified: Mapped[datetime | None]
    state: Mapped[ServiceState] = mapped_column(default=ServiceState.ACTIVE)
    hidden: Mapped[bool] = mapped_column(default=False)
    edited: Mapped[list[str]] = mapped_column(default=list)
    edited_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    fresh_on: Mapped[date]
    on_page: Mapped[int] = mapped_column(default=0)
    is_whole: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        UniqueConstraint("feed_id", "external_id", name="uq_service_once_in_a_feed"),
        CheckConstraint("name <> ''", name="a_service_has_a_name"),
        CheckConstraint(
            "minimum_age IS NULL OR maximum_age IS NULL OR minimum_age <= maximum_age",
            name="the_youngest_is_not_older_than_the_oldest",
        ),
        Index("ix_offer_service_sort_name", "sort_name", "id"),
    )


class ServicePlace(Keyed, Base):
    """One place of a service; degrees, or none."""

    __tablename__ = "offer_place"

    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer_service.id"), index=True)
    position: Mapped[int] = mapped_column(default=1)
    name: Mapped[Short] = mapped_column(default="")
    address_1: Mapped[Short] = mapped_column(default="")
    city: Mapped[Short] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(String(12), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="a_point_has_two_numbers"),
        CheckConstraint(
            "latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
            name="a_point_is_on_the_earth",
        ),
        Index("ix_offer_place_point", "latitude", "longitude"),
    )


class ServiceWord(Base):
    """One word a service is found by. Its own index: both databases find a word or its beginning without help."""

    __tablename__ = "offer_word"

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer_service.id"), primary_key=True, index=True)
    in_name: Mapped[bool] = mapped_column(default=False)

    __table_args__ = {"sqlite_with_rowid": False}


class CouncilLink(Keyed, Base):
    """A council's own page as one school gives it to families, with the day on which somebody last looked."""

    __tablename__ = "council_link"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    name: Mapped[Short]
    url: Mapped[str] = mapped_column(String(500))
    checked_on: Mapped[date]

    __table_args__ = (UniqueConstraint("school_id", "url", name="uq_council_link_once_in_a_school"),)
