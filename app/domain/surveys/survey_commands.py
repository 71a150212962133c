"""The commands that every survey understands, in three languages."""

LEAVE_COMMAND = "DONE"
SKIP_COMMAND = "SKIP"
BACK_COMMAND = "BACK"
# By the word that is texted: English, Spanish, French.
SURVEY_COMMANDS = {
    **dict.fromkeys(("DONE", "LISTO", "FINI"), LEAVE_COMMAND),
    **dict.fromkeys(("SKIP", "SALTAR", "PASSER"), SKIP_COMMAND),
    **dict.fromkeys(("BACK", "ATRAS", "RETOUR"), BACK_COMMAND),
}
