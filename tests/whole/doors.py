"""The one table of who may open which door. A new route without a row here fails; docs/doors.md says it in words."""

from dataclasses import dataclass

ANYONE, BOTH, ADMIN, SIGNATURE = "anyone", "both", "admin", "signature"


@dataclass(frozen=True)
class Door:
    """Who may come in, and with which methods. `polled`: programs ask there, so strangers get 401 instead of a page."""

    who: str
    methods: tuple[str, ...]
    polled: bool = False


def _door(who: str, methods: str, **more: bool) -> Door:
    return Door(who, tuple(methods.split()), **more)


DOORS = {
    "accounts.add": _door(ADMIN, "GET POST"),
    "accounts.delete": _door(ADMIN, "POST"),
    "accounts.edit": _door(ADMIN, "GET POST"),
    "accounts.logout": _door(ANYONE, "POST"),
    "accounts.password": _door(BOTH, "GET POST"),
    "accounts.sign_in": _door(ANYONE, "GET POST"),
    "accounts.theme": _door(BOTH, "POST"),
    "accounts.users": _door(ADMIN, "GET"),
    "audit.events": _door(ADMIN, "GET"),
    "blasts.log": _door(BOTH, "GET"),
    "blasts.log_cancel": _door(BOTH, "POST"),
    "blasts.log_check_again": _door(BOTH, "POST"),
    "blasts.log_export": _door(ADMIN, "GET"),
    "blasts.log_leave": _door(BOTH, "POST"),
    "blasts.log_live": _door(BOTH, "GET", polled=True),
    "blasts.log_pause": _door(BOTH, "POST"),
    "blasts.log_resume": _door(BOTH, "POST"),
    "blasts.log_send_again": _door(ADMIN, "GET POST"),
    "blasts.log_status": _door(BOTH, "GET", polled=True),
    "blasts.logs": _door(BOTH, "GET"),
    "blasts.new": _door(BOTH, "GET POST"),
    "blasts.scheduled": _door(BOTH, "GET"),
    "blasts.scheduled_cancel": _door(BOTH, "POST"),
    "blasts.scheduled_delete": _door(ADMIN, "POST"),
    "blasts.scheduled_live": _door(BOTH, "GET", polled=True),
    "blasts.scheduled_one": _door(BOTH, "GET"),
    "blasts.scheduled_undo": _door(BOTH, "POST"),
    "community.add": _door(ADMIN, "GET POST"),
    "community.bulk_delete": _door(ADMIN, "POST"),
    "community.delete": _door(ADMIN, "POST"),
    "community.edit": _door(ADMIN, "GET POST"),
    "community.everyone": _door(BOTH, "GET"),
    "community.export": _door(ADMIN, "GET"),
    "community.import_abandon": _door(ADMIN, "POST"),
    "community.import_again": _door(ADMIN, "POST"),
    "community.import_bad_rows": _door(ADMIN, "GET"),
    "community.import_check": _door(ADMIN, "GET"),
    "community.import_confirm": _door(ADMIN, "POST"),
    "community.import_file": _door(ADMIN, "GET POST"),
    "community.import_fix": _door(ADMIN, "POST"),
    "community.import_undo": _door(ADMIN, "POST"),
    "community.unsubscribe": _door(ADMIN, "POST"),
    "dashboard.home": _door(BOTH, "GET"),
    "dashboard.running": _door(BOTH, "GET", polled=True),
    "events.add": _door(BOTH, "GET POST"),
    "events.delete": _door(ADMIN, "POST"),
    "events.edit": _door(BOTH, "GET POST"),
    "events.everything": _door(BOTH, "GET"),
    "events.export": _door(ADMIN, "GET"),
    "events.import_abandon": _door(BOTH, "POST"),
    "events.import_again": _door(BOTH, "POST"),
    "events.import_bad_rows": _door(BOTH, "GET"),
    "events.import_check": _door(BOTH, "GET"),
    "events.import_confirm": _door(BOTH, "POST"),
    "events.import_file": _door(BOTH, "GET POST"),
    "events.import_fix": _door(BOTH, "POST"),
    "events.import_undo": _door(ADMIN, "POST"),
    "events.one": _door(BOTH, "GET"),
    "events.register": _door(BOTH, "GET POST"),
    "events.reminders": _door(BOTH, "GET POST"),
    "events.unregister": _door(BOTH, "POST"),
    "events.unsubscribe": _door(BOTH, "POST"),
    "health.health": _door(ANYONE, "GET"),
    "health.ready": _door(ANYONE, "GET"),
    "organisation.settings": _door(ADMIN, "GET POST"),
    "people.consent": _door(ADMIN, "POST"),
    "people.do_not_text": _door(ADMIN, "POST"),
    "people.erase": _door(ADMIN, "GET POST"),
    "people.note_add": _door(BOTH, "POST"),
    "people.note_delete": _door(BOTH, "POST"),
    "people.person": _door(BOTH, "GET"),
    "people.take_off": _door(ADMIN, "POST"),
    "sandbox.all_working": _door(BOTH, "POST"),
    "sandbox.live": _door(BOTH, "GET", polled=True),
    "sandbox.mood": _door(BOTH, "POST"),
    "sandbox.open_phone": _door(BOTH, "GET"),
    "sandbox.phone": _door(BOTH, "GET"),
    "sandbox.phones": _door(BOTH, "GET"),
    "sandbox.write_back": _door(BOTH, "POST"),
    "setup.first_start": _door(ANYONE, "GET POST"),
    "static": _door(ANYONE, "GET"),
    "suppression.add": _door(ADMIN, "GET POST"),
    "suppression.delete": _door(ADMIN, "POST"),
    "suppression.everyone": _door(ADMIN, "GET"),
    "webhooks.inbound": _door(SIGNATURE, "POST"),
    "webhooks.status": _door(SIGNATURE, "POST"),
    "webhooks.status_of": _door(SIGNATURE, "POST"),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
