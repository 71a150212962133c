"""The kinds of acts that the audit can be filtered by, and which verbs are of each."""

from app.audit.sentences import VERB_SENTENCES

EXPORT_VERBS = tuple(
    verb for verb in VERB_SENTENCES if verb.endswith((".exported", ".bad_rows_downloaded"))
)
# The kinds of the filter: the beginnings of their verbs, and what the page calls them.
VERB_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "people": (
        "People",
        (
            "member.",
            "members.",
            "group.",
            "segment.",
            "field.",
            "person.",
            "suppression.",
            "registration.",
            "registrations.",
            "list.",
        ),
    ),
    "blasts": (
        "Blasts",
        (
            "approval.",
            "blast.",
            "draft.",
            "scheduled_blast.",
            "sending.",
            "sequence.",
            "series.",
            "template.",
            "texts.",
        ),
    ),
    "inbox": ("Inbox", ("thread.", "saved_reply.")),
    "events": ("Events", ("event.", "registration.", "registrations.")),
    "surveys": ("Surveys and keywords", ("survey.", "keyword.")),
    "users": (
        "Sign-ins and users",
        (
            "sign_in",
            "sign_out",
            "session.",
            "password.",
            "email.",
            "second_factor.",
            "phone.",
            "name.",
            "user.",
            "permission_set.",
        ),
    ),
    "settings": (
        "Settings",
        (
            "settings.",
            "limits.",
            "setup.",
            "texting_hours.",
            "retention.",
            "backup.",
            "blackout_day.",
            "notices.",
            "chat.",
        ),
    ),
    "practice": ("Practice phones", ("sandbox.",)),
    "trash": ("Trash", ("trash.",)),
    "refused": (
        "Refused",
        (
            "access.",
            "form.",
            "sign_in.refused",
            "sign_in.locked",
            "sign_in.slowed",
            "sign_in.tried_while_locked",
        ),
    ),
    "looks": ("Looks at people", ("person.seen", "thread.read")),
    "exports": ("Exports and downloads", EXPORT_VERBS),
    "database": ("Database and audit", ("database.", "audit.")),
}
