"""What the sources do not say of institutions: their other names, and one that waits."""

from app.core.text import folded
from app.demo.catalogue import institution_id
from app.demo.materials import Materials
from app.demo.rows import Rows, named
from app.models import (
    Account,
    AliasKind,
    InstitutionAlias,
    InstitutionProposal,
    ProposalKind,
)

#: Names under which people look for them too.
ALIASES = (
    ("SENA", "CO", "Servicio Nacional de Aprendizaje", AliasKind.LANGUAGE),
    ("INA", "CR", "Instituto Nacional de Aprendizaje", AliasKind.LANGUAGE),
    ("INFOTEP", "DO", "Instituto Nacional de Formación Técnico Profesional", AliasKind.LANGUAGE),
    ("SENAI", "BR", "Serviço Nacional de Aprendizagem Industrial", AliasKind.LANGUAGE),
    ("CETP/UTU", "UY", "Universidad del Trabajo del Uruguay", AliasKind.FORMER),
    ("CETP/UTU", "UY", "UTU", AliasKind.SPELLING),
    ("HEART/NSTA Trust", "JM", "HEART Trust/NTA", AliasKind.FORMER),
)
#: What a tutor of that country works at, and proposed.
PROPOSED = ("CL", "Instituto Profesional Los Andes", "IPLA")


def add_other_names(rows: Rows, materials: Materials) -> None:
    known = {row.key for row in materials.institutions}
    for acronym, country, words, kind in ALIASES:
        if (acronym, country) in known:
            rows.add(
                InstitutionAlias(
                    id=named("alias", country, words),
                    institution_id=institution_id((acronym, country)),
                    country=country,
                    words=words,
                    key=folded(words),
                    kind=kind,
                )
            )


def add_proposal(rows: Rows, tutors: list[Account]) -> None:
    """Somebody's institution is not in the list yet."""
    country, name, acronym = PROPOSED
    for tutor in tutors:
        if tutor.country == country:
            rows.add(
                InstitutionProposal(
                    id=named("proposal", country, name),
                    kind=ProposalKind.NEW,
                    account_id=tutor.id,
                    country=country,
                    name=name,
                    acronym=acronym,
                    key=folded(name),
                )
            )
