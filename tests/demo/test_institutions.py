"""The institutions of the demonstration: kinds, other names, and one that waits for a decision."""

from collections import Counter

from sqlmodel import Session

from app.core import db
from app.core.text import folded
from app.demo.kinds import KINDS
from app.models import InstitutionKind
from app.queries.institution_proposals import queue
from app.queries.institutions import institutions, meant_by


def test_every_kind_is_there_and_names_mean_one_institution(loaded: str) -> None:
    del loaded
    with Session(db.engine()) as session:
        known = institutions(session)
        waiting = queue(session)
    names = Counter(
        (one.country, name) for one in known for name in {folded(w) for w in one.written}
    )

    assert {one.kind for one in known} == set(InstitutionKind)
    listed = {a.replace("_", " ") for acronyms in KINDS.values() for a in acronyms.split()}
    assert listed <= {one.acronym for one in known}
    assert [name for name, times in names.items() if times > 1] == []
    found = meant_by("servicio nacional de aprendizaje", known, country="CO")
    assert found is not None
    assert found.acronym == "SENA"
    assert [(one.country, one.people) for one in waiting] == [("CL", 1)]
