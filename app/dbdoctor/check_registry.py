"""Every check of the doctor, by name."""

from app.dbdoctor.audit_checks import AUDIT_CHECKS
from app.dbdoctor.check import Check
from app.dbdoctor.consistency_checks import CONSISTENCY_CHECKS
from app.dbdoctor.file_checks import FILE_CHECKS
from app.dbdoctor.file_settings_checks import FILE_SETTINGS_CHECKS
from app.dbdoctor.integrity_checks import INTEGRITY_CHECKS
from app.dbdoctor.migration_checks import MIGRATION_CHECKS
from app.dbdoctor.schema_checks import SCHEMA_CHECKS
from app.dbdoctor.value_checks import VALUE_CHECKS

ALL_CHECKS: tuple[Check, ...] = (
    *FILE_CHECKS,
    *FILE_SETTINGS_CHECKS,
    *INTEGRITY_CHECKS,
    *MIGRATION_CHECKS,
    *SCHEMA_CHECKS,
    *CONSISTENCY_CHECKS,
    *VALUE_CHECKS,
    *AUDIT_CHECKS,
)
CHECKS_BY_NAME = {check.name: check for check in ALL_CHECKS}
