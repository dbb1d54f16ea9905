"""Who can sign in to the demonstration, its tutors, and the accounts of everybody in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.core.passwords import hash_password
from app.demo import presence
from app.demo.allocation import Programme
from app.demo.catalogue import institution_id
from app.demo.chance import Chance
from app.demo.matching import InstitutionKey
from app.demo.people import Gender as Invented
from app.demo.people import Person, countries, invent
from app.demo.rows import Rows, named
from app.models import Account, Gender, PlatformRole

#: Nobody reads what is sent to invented addresses; they count as confirmed from before it began.
CONFIRMED = datetime(2020, 9, 1, tzinfo=UTC)

FOCAL_INSTITUTION: InstitutionKey = ("INFOCAL", "BO")

#: The tutors of the programme: a country each, whose language they teach in.
TUTORS = (
    ("UY", Invented.WOMAN),
    ("AR", Invented.MAN),
    ("CL", Invented.WOMAN),
    ("BR", Invented.WOMAN),
    ("ES", Invented.MAN),
    ("JM", Invented.WOMAN),
    ("CO", Invented.MAN),
    ("CR", Invented.WOMAN),
)


@dataclass(frozen=True)
class DemoAccount:
    """Somebody whose part a visitor can play."""

    email: str
    given: str
    surnames: str
    gender: Invented
    country: str
    language: str
    position: str
    institution: InstitutionKey | None = None
    role: PlatformRole | None = None

    @property
    def person(self) -> Person:
        return Person(
            given=self.given,
            surnames=self.surnames,
            email=self.email,
            gender=self.gender,
            country=self.country,
            language=self.language,
            timezone=countries()[self.country].timezone,
            position=self.position,
        )


ADMIN = DemoAccount(
    email=presence.ADMIN,
    given="Andrew",
    surnames="Campbell",
    gender=Invented.MAN,
    country="JM",
    language="en",
    position="Systems administrator",
    role=PlatformRole.ADMINISTRATOR,
)
COORDINATOR = DemoAccount(
    email=presence.COORDINATOR,
    given="Patricia",
    surnames="Silva Núñez",
    gender=Invented.WOMAN,
    country="UY",
    language="es",
    position="Coordinación de programas",
    role=PlatformRole.COORDINATOR,
)
FOCAL = DemoAccount(
    email=presence.FOCAL,
    given="Ramiro",
    surnames="Choque Villarroel",
    gender=Invented.MAN,
    country="BO",
    language="es",
    position="Punto focal de la institución",
    institution=FOCAL_INSTITUTION,
    role=PlatformRole.COORDINATOR,
)
TUTOR = DemoAccount(
    email=presence.TUTOR,
    given="Valeria",
    surnames="Sosa Etcheverry",
    gender=Invented.WOMAN,
    country="UY",
    language="es",
    position="Especialista en anticipación de competencias",
)
PARTICIPANT = DemoAccount(
    email=presence.PARTICIPANT,
    given="Lucía",
    surnames="Restrepo Cano",
    gender=Invented.WOMAN,
    country="CO",
    language="es",
    position="Analista de mercado laboral",
    institution=("SENA", "CO"),
)
SIGN_INS = (ADMIN, COORDINATOR, FOCAL, TUTOR, PARTICIPANT)


def account_id(email: str) -> UUID:
    return named("account", email)


def add_sign_ins(rows: Rows) -> None:
    for demo in SIGN_INS:
        account = account_of(demo.person, demo.institution)
        account.password_hash = hash_password(presence.PASSWORD)
        account.platform_role = demo.role
        account.coordinates_id = account.institution_id if demo is FOCAL else None
        rows.add(account)


def add_tutors(rows: Rows, programme: Programme) -> list[Account]:
    """The tutors of the reported editions; they have accounts, but nobody can sign in as them."""
    taken = {person.email for person in programme.people}
    chance = Chance("tutors")
    people = [
        person
        for country, gender in TUTORS
        for person in invent(country, gender, 1, chance=chance, taken=taken)
    ]
    return [rows.add(account_of(person, None)) for person in people]


def add_people(rows: Rows, programme: Programme) -> None:
    """Everybody of the programme once, where they worked when they last took part."""
    last = {part.person: part for part in programme.participations}
    for person in programme.people:
        rows.add(account_of(person, last[person].institution))


def account_of(person: Person, institution: InstitutionKey | None) -> Account:
    return Account(
        id=account_id(person.email),
        email=person.email,
        name=person.name,
        gender=Gender(person.gender.value),
        country=person.country,
        institution_id=institution_id(institution) if institution else None,
        language=person.language,
        timezone=person.timezone,
        email_confirmed_at=CONFIRMED,
        is_demo=True,
    )
