"""What the next page says after something was deleted, with Undo for whoever may put it back."""

from flask import flash, url_for

from app.core.permission_checks import may_open

PUT_BACK_ENDPOINT = "trash.put_back"
# The message with this category is the address of the Undo button of the message before it.
UNDO_CATEGORY = "undo"
OWN_HINT = "You can put it back from the trash for 30 days."
OTHERS_HINT = "Someone who may delete things can put it back from the trash for 30 days."


def flash_deletion(sentence: str, item_id: int) -> None:
    """Say what was deleted; `item_id`: of the trash, where it is kept."""
    may_put_back = may_open(PUT_BACK_ENDPOINT)
    flash(f"{sentence} {OWN_HINT if may_put_back else OTHERS_HINT}", "success")
    if may_put_back:
        flash(url_for(PUT_BACK_ENDPOINT, item_id=item_id), UNDO_CATEGORY)
