"""What headings and cells of a list of people mean, in any of our languages or by their keys."""

from collections.abc import Iterable
from functools import cache

from app.core.i18n import LANGUAGES, language_name, speaking
from app.core.i18n import gettext as _
from app.core.text import folded, one_line
from app.models import EnrolmentStatus, Gender

#: The columns of a list, in the order of the template file.
KEYS = ("email", "name", "surname", "country", "institution", "gender", "language", "status")
#: Of these a list has to have one each.
NEEDED = ("email",)

#: What people call a column beside its key and its heading.
_ALSO_CALLED: dict[str, str] = {
    "email": "e-mail|email|mail|correo|correo electronico|correo e|direccion de correo|e-mail"
    "|email address|e-mail address|endereco de e-mail|courriel|adresse e-mail|adresse electronique",
    "name": "name|full name|nombre|nombres|nombre completo|nombre y apellidos|apellidos y nombres"
    "|nome|nome completo|nom|nom complet|nom et prenom|participante|participant",
    "surname": "surname|last name|family name|apellido|apellidos|sobrenome|apelido|nom de famille",
    "country": "country|pais|pays|country code",
    "institution": "institution|institucion|instituicao|institution|organisation|organization"
    "|organizacion|organizacao|entidad|entidade|organisme|centro",
    "gender": "gender|sex|genero|sexo|genre|sexe",
    "language": "language|idioma|lengua|lingua|langue",
    "status": "status|state|estado|situacion|situacao|estatus|statut|etat",
}


def headings() -> dict[str, str]:
    """What the template file calls each column, in the reader's language."""
    return {
        "email": _("E-mail"),
        "name": _("Name"),
        "surname": _("Surname"),
        "country": _("Country"),
        "institution": _("Institution"),
        "gender": _("Gender"),
        "language": _("Language"),
        "status": _("Status"),
    }


def column_meant(heading: str) -> str | None:
    """The key of the column that ``heading`` names."""
    return _columns().get(plain(heading))


def plain(words: str) -> str:
    """Without accents, capitals and signs: `E-mail *` is `e mail`."""
    letters = "".join(c if c.isalnum() else " " for c in folded(one_line(words)))
    return " ".join(letters.split())


@cache
def _columns() -> dict[str, str]:
    known = {plain(word): key for key, said in _ALSO_CALLED.items() for word in said.split("|")}
    for language in LANGUAGES:
        with speaking(language):
            known |= {plain(words): key for key, words in headings().items()}
    return known | {key: key for key in KEYS}


_GENDERS: dict[Gender, str] = {
    Gender.WOMAN: "woman|women|female|f|w|fem|mujer|femenino|femenina|mulher|feminino|feminina"
    "|femme|feminin",
    Gender.MAN: "man|men|male|h|masc|hombre|varon|masculino|masculina|homem|homme|masculin",
    Gender.ANOTHER: "another gender|another|other|x|otro genero|otro|otra|outro genero|outro|outra"
    "|un autre genre|autre genre|autre|non binary|nonbinary|no binario|no binaria|nao binario"
    "|nao binaria|non binaire",
    Gender.PREFERS_NOT_TO_SAY: "i prefer not to say|prefers not to say|prefer not to say"
    "|prefiero no decirlo|prefiere no decirlo|prefiro nao dizer|prefere nao dizer"
    "|je prefere ne pas le dire|prefere ne pas le dire|je prefere ne pas repondre",
    Gender.NOT_ANSWERED: "no answer|not stated|not answered|sin respuesta|no indica|no indicado"
    "|sin especificar|sem resposta|nao informado|sans reponse|pas de reponse"
    "|non indique|non declare|no declarado|nao declarado|n a",
}
#: `M` is a man beside `F`, and a woman (mujer, mulher) beside `H`.
UNCLEAR = "m"


def gender_meant(words: str, letters: Iterable[str] = ()) -> Gender | None:
    """The answer that ``words`` give; an ``M`` is read as the other ``letters`` of its list say."""
    said = plain(words)
    if said == UNCLEAR:
        beside = set(letters) & {"f", "h", "w"}
        if "h" not in beside:
            return Gender.MAN if beside else None
        return Gender.WOMAN if beside == {"h"} else None
    if not said:
        return Gender.NOT_ANSWERED
    return _genders().get(said)


_STATUSES: dict[EnrolmentStatus, str] = {
    EnrolmentStatus.APPLIED: "applied|application|solicito|postulo|postulado|postulada|solicitado"
    "|solicitud enviada|inscricao enviada|inscrito|inscrita|candidatou se|candidatura|candidature"
    "|candidature envoyee|a postule",
    EnrolmentStatus.WAITLISTED: "waitlisted|on the waiting list|waiting list|waiting"
    "|en lista de espera|lista de espera|na lista de espera|em lista de espera|en liste d attente"
    "|sur liste d attente|sur la liste d attente|liste d attente",
    EnrolmentStatus.ACTIVE: "active|taking part|approved|admitted|participa|participando"
    "|toma parte|activo|activa|aprobado|aprobada|admitido|admitida|ativo|ativa|aprovado|aprovada"
    "|participe|actif|active|admis|admise",
    EnrolmentStatus.COMPLETED: "completed|completo el curso|concluiu o curso|cours termine"
    "|completado|completo|finalizado|concluido|termino"
    "|concluiu|termine|acheve",
    EnrolmentStatus.WITHDRAWN: "withdrawn|se retiro|saiu do curso|retrait"
    "|retirado|retirada|desistiu|abandono|retire|retiree",
    EnrolmentStatus.REJECTED: "rejected|declined|postulacion no aceptada|candidatura recusada"
    "|candidature refusee|rechazado|rechazada|no admitido|no admitida"
    "|recusado|recusada|nao aprovado|refuse|refusee|rejete",
}


def status_meant(words: str) -> EnrolmentStatus | None:
    return _statuses().get(plain(words))


@cache
def _genders() -> dict[str, Gender]:
    return _by_words(_GENDERS)


@cache
def _statuses() -> dict[str, EnrolmentStatus]:
    return _by_words(_STATUSES)


def language_meant(words: str) -> str | None:
    """One of our languages, by its code or by its name in any of them."""
    return _languages().get(plain(words))


@cache
def _languages() -> dict[str, str]:
    names = {plain(language_name(one, into)): one for one in LANGUAGES for into in LANGUAGES}
    return names | {one: one for one in LANGUAGES}


def _by_words[T](meanings: dict[T, str]) -> dict[str, T]:
    return {plain(word): one for one, said in meanings.items() for word in said.split("|")}
