"""The kinds of the institutions, which the sources do not tell."""

from app.models import InstitutionKind

#: By acronym; those of the same acronym are of the same kind. All others are training institutions.
KINDS = {
    InstitutionKind.MINISTRY: (
        "DGSC DINAE MINTRABAJO MTESS MTEySS MTPE MTPS MTSS SEP SEPE SETEC SINAFOCAL SPTS"
    ),
    InstitutionKind.EMPLOYERS: "EXEAB EXEPS SNA_EDUCA",
    InstitutionKind.WORKERS: "EXWUB FAECYS FATERYH SMATA UOCRA UOMRA UPACP UTHGRA",
    InstitutionKind.OTHER: (
        "ADPUGH ADRHA ASENOF CIDEC ChileValora CONOCER DuocUC FAUTAPO IERIC TKNIKA UNCUYO UTEC"
    ),
}
_BY_ACRONYM = {
    acronym.replace("_", " "): kind
    for kind, acronyms in KINDS.items()
    for acronym in acronyms.split()
}


def kind_of(acronym: str) -> InstitutionKind:
    return _BY_ACRONYM.get(acronym, InstitutionKind.TRAINING)
