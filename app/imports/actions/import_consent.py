"""How the people of a file agreed to texts, and who wants none, as the file or an admin says."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.imports.models import Import, ImportRow, RowVerdict
from app.imports.queries.import_slices import ImportSlice
from app.imports.queries.imported_phones import select_readable_phones
from app.suppression.actions.consent_events import grant_import_consent
from app.suppression.actions.import_opt_outs import record_import_opt_outs
from app.suppression.models import EVENT_SCOPE_PREFIX, ConsentMethod


@dataclass(frozen=True)
class ImportedConsent:
    """How the people of an import agreed to texts; without a method or evidence nobody has."""

    method: ConsentMethod | None
    evidence: str | None


def grant_consent(row: Import, import_slice: ImportSlice, consent: ImportedConsent) -> None:
    """Record how the people of a slice agreed; those of an event about that event only."""
    if consent.method is None or not consent.evidence:
        return
    grant_import_consent(
        select_readable_phones(import_slice),
        row.id,
        consent.evidence,
        row.created_by,
        method=consent.method,
        scope=_get_scope(row),
    )


def grant_consent_of_file(row: Import, import_slice: ImportSlice) -> None:
    """Record the consent of those of a slice of whom the file itself says that they agreed.

    Before what an admin says of all, so that the words of the file are their evidence.
    """
    phones = select(ImportRow.phone).where(
        *import_slice.build_readable_conditions(), ImportRow.opted_in.is_not(None)
    )
    grant_import_consent(phones, row.id, ImportRow.opted_in, row.created_by, scope=_get_scope(row))


def _get_scope(row: Import) -> str | None:
    return row.pool if row.pool.startswith(EVENT_SCOPE_PREFIX) else None


def record_opt_outs(row: Import, import_slice: ImportSlice) -> int:
    """Put the people of the rows that say "no texts" on the do-not-text list, each once.

    Returns how many are new there.
    """
    reason = func.max(ImportRow.reason).label("reason")
    people = (
        select(ImportRow.phone, func.max(ImportRow.name).label("name"), reason)
        .where(*import_slice.build_conditions((RowVerdict.OPTED_OUT,)))
        .group_by(ImportRow.phone)
    )
    return record_import_opt_outs(people.subquery(), row.id, row.created_by)
