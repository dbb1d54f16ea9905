"""An edition by application: what it asks, what applicants answered, who waits, and an offer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.demo.chance import Chance
from app.demo.rows import named
from app.demo.stage import Stage
from app.models import (
    Account,
    Application,
    ApplicationForm,
    ApplicationQuestion,
    Asked,
    AskedKind,
    Edition,
    Enrolment,
    EnrolmentStatus,
    EnrolmentStep,
    OfferState,
    ReservedSeats,
    SeatOffer,
    WaitingPlace,
)

#: One seat is kept for this country, from which nobody of those who wait comes.
KEPT_FOR = "CV"
PLAN = {
    "es": "¿Su institución tiene un plan de igualdad de género?",
    "pt": "Sua instituição tem um plano de igualdade de gênero?",
    "en": "Does your institution have a gender equality plan?",
    "fr": "Votre institution a-t-elle un plan d’égalité des genres ?",
}
AREAS = {
    "es": "¿En qué trabaja?",
    "pt": "Em que você trabalha?",
    "en": "What do you work on?",
    "fr": "Sur quoi travaillez-vous ?",
}
CHOICES = (
    {"es": "Diseño curricular", "pt": "Desenho curricular", "en": "Curricula", "fr": "Programmes"},
    {"es": "Docencia", "pt": "Docência", "en": "Teaching", "fr": "Enseignement"},
    {"es": "Orientación", "pt": "Orientação", "en": "Guidance", "fr": "Orientation"},
)
YES_NO = {
    "yes": {"es": "Sí", "pt": "Sim", "en": "Yes", "fr": "Oui"},
    "no": {"es": "No", "pt": "Não", "en": "No", "fr": "Non"},
}
MOTIVATIONS = {
    "es": (
        (
            "En nuestras carreras técnicas hay pocas mujeres. Quiero una propuesta para que "
            "más jóvenes las elijan y las terminen."
        ),
        (
            "Coordino talleres de electrónica y busco formas de recibir mejor a quienes llegan por "
            "primera vez a un oficio que se creía de hombres."
        ),
        (
            "Mi institución aprobó un plan de igualdad y me toca llevarlo a los centros. Necesito "
            "herramientas y conocer qué hicieron otros países."
        ),
    ),
    "pt": (
        (
            "Nos nossos cursos técnicos há poucas mulheres. Quero preparar uma proposta para que "
            "mais jovens os escolham e concluam."
        ),
        (
            "Coordeno oficinas de eletrônica e procuro formas de receber melhor quem chega pela "
            "primeira vez a um ofício visto como masculino."
        ),
    ),
}
POSITIONS = {
    "es": ("Docente", "Jefatura de unidad", "Asesoría pedagógica"),
    "pt": ("Docente", "Coordenação de unidade", "Assessoria pedagógica"),
}


def add_form(stage: Stage, edition: Edition) -> list[ApplicationQuestion]:
    """A letter may be added; two questions are the coordinators' own."""
    stage.rows.add(
        ApplicationForm(
            edition_id=edition.id,
            motivation=Asked.REQUIRED,
            motivation_length=1500,
            position=Asked.OPTIONAL,
            letter=Asked.OPTIONAL,
        )
    )
    choices = [{"key": f"c{n}", "texts": texts} for n, texts in enumerate(CHOICES, 1)]
    asked: tuple[tuple[AskedKind, dict[str, str], list[dict[str, Any]], bool], ...] = (
        (AskedKind.YES_NO, PLAN, [], True),
        (AskedKind.SEVERAL, AREAS, choices, False),
    )
    return [
        stage.rows.add(
            ApplicationQuestion(
                id=named("question", edition.id, position),
                edition_id=edition.id,
                position=position,
                kind=kind,
                text=text,
                choices=its_choices,
                is_required=is_required,
            )
        )
        for position, (kind, text, its_choices, is_required) in enumerate(asked, 1)
    ]


def add_application(
    stage: Stage, place: Enrolment, questions: Sequence[ApplicationQuestion], chance: Chance
) -> None:
    language = place.language if place.language in MOTIVATIONS else "es"
    values = {
        AskedKind.YES_NO: [("yes", "no")[chance.happens(0.4)]],
        AskedKind.SEVERAL: [f"c{chance.whole(1, len(CHOICES))}"],
    }
    stage.rows.add(
        Application(
            enrolment_id=place.id,
            motivation=_one_of(MOTIVATIONS[language], chance),
            position=_one_of(POSITIONS[language], chance),
            answers=[
                {
                    "question": str(question.id),
                    "kind": question.kind.value,
                    "text": question.text,
                    "choices": {choice["key"]: choice["texts"] for choice in question.choices}
                    or YES_NO,
                    "values": values[question.kind],
                }
                for question in questions
            ],
        )
    )
    _add_step(stage, place, None, EnrolmentStatus.APPLIED, days=0)


def _one_of(texts: Sequence[str], chance: Chance) -> str:
    return texts[chance.whole(0, len(texts) - 1)]


def _add_step(
    stage: Stage,
    place: Enrolment,
    before: EnrolmentStatus | None,
    after: EnrolmentStatus,
    *,
    days: int,
) -> None:
    stage.rows.add(
        EnrolmentStep(
            id=named("step", place.id, after),
            created_at=min(place.created_at + timedelta(days=days), stage.now),
            enrolment_id=place.id,
            before=before,
            after=after,
            by_id=place.account_id if before is None else None,
        )
    )


def add_line(stage: Stage, edition: Edition, waiting: Sequence[Enrolment]) -> None:
    """Those who wait, in the order in which they came; the first has an offer since yesterday."""
    stage.rows.add(
        ReservedSeats(
            id=named("reserve", edition.id, KEPT_FOR),
            edition_id=edition.id,
            country=KEPT_FOR,
            seats=1,
        )
    )
    in_order = sorted(waiting, key=lambda place: place.created_at)
    for position, place in enumerate(in_order, 1):
        place.status, place.admitted_at = EnrolmentStatus.WAITLISTED, None
        stage.rows.add(
            WaitingPlace(enrolment_id=place.id, edition_id=edition.id, position=position)
        )
        _add_step(stage, place, EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED, days=1)
    stage.rows.add(
        SeatOffer(
            id=named("offer", in_order[0].id),
            created_at=stage.now - timedelta(days=1),
            enrolment_id=in_order[0].id,
            edition_id=edition.id,
            ends_at=stage.now + timedelta(days=edition.offer_days - 1),
            state=OfferState.OPEN,
        )
    )


def may_wait(account: Account) -> bool:
    """Whether the seat that is kept is not for them: else they would not wait."""
    return account.country != KEPT_FOR
