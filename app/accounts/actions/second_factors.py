"""Sets up, uses and removes second factors. Inside write()."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, or_, update

from app.accounts.models import AppUser
from app.accounts.second_factor_models import RecoveryCode
from app.core.clock import now
from app.core.db import db, execute_and_count_rows, update_row
from app.domain.accounts.one_time_codes import hash_recovery_code


def begin_setup(user_id: int, pending_secret: str) -> None:
    """Store an encrypted secret that counts once a code of it was entered."""
    update_row(AppUser, user_id, {"pending_totp_secret": pending_secret})
    db.session.expire_all()


def finish_setup(
    user_id: int, pending_secret: str, encrypted_secret: str, step: int, codes: Sequence[str]
) -> bool:
    """Let the secret count from now on; False if the pending one is not stored any more.

    `pending_secret`, `encrypted_secret`: the secret as it is stored until then, and from now on.
    `step` is the one whose code was entered: it does not count a second time.
    """
    statement = (
        update(AppUser)
        .where(AppUser.id == user_id, AppUser.pending_totp_secret == pending_secret)
        .values(
            totp_secret=encrypted_secret,
            pending_totp_secret=None,
            totp_last_step=step,
            factor_removed_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    if not execute_and_count_rows(statement):
        return False
    db.session.expire_all()
    replace_recovery_codes(user_id, codes)
    return True


def replace_recovery_codes(user_id: int, codes: Sequence[str]) -> None:
    """Store the hashes of these codes; the user's earlier codes do not count any more."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": hash_recovery_code(code)} for code in codes]
    db.session.execute(insert(RecoveryCode), rows)


def use_step(user_id: int, step: int) -> bool:
    """Note that the code of a step was used; False when it, or a later one, was used already."""
    # One guarded statement: of two at once with the same code one is refused.
    is_newer = or_(AppUser.totp_last_step.is_(None), AppUser.totp_last_step < step)
    statement = update(AppUser).where(AppUser.id == user_id, is_newer).values(totp_last_step=step)
    return bool(execute_and_count_rows(statement.execution_options(synchronize_session=False)))


def use_recovery_code(user_id: int, code: str) -> bool:
    """Use up a recovery code; False when the user has no such code."""
    is_this_code = RecoveryCode.code_hash == hash_recovery_code(code)
    statement = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, is_this_code)
    return bool(execute_and_count_rows(statement))


def remove_second_factor(user_id: int, *, by_admin: bool) -> bool:
    """Remove a user's second factor and recovery codes; return whether there was one.

    `by_admin`: the user is told at the next sign-in.
    """
    values = {
        "totp_secret": None,
        "pending_totp_secret": None,
        "totp_last_step": None,
        "factor_removed_at": now() if by_admin else None,
    }
    statement = update(AppUser).where(AppUser.id == user_id, AppUser.totp_secret.is_not(None))
    statement = statement.values(values).execution_options(synchronize_session=False)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    is_removed = bool(execute_and_count_rows(statement))
    db.session.expire_all()
    return is_removed
