"""The one table of who may open which door.

A new route without a row here fails; docs/addresses.md says it in words.
"""

from dataclasses import dataclass

from app.domain.accounts.permissions import DEFAULT_PERMISSIONS, Permission

ANYONE, SIGNED_IN, ADMIN, SIGNATURE = "anyone", "signed in", "admin", "signature"
BOTH = SIGNED_IN


@dataclass(frozen=True)
class Route:
    """Who may come in, and with which methods.

    `who`: whoever has this permission, or one of the four words above.
    `polled`: programs ask there, so strangers get 401 instead of a page. `with_numbers`: whoever
    may not see numbers is refused; `for_everybody`: and whoever is limited to groups and events.
    """

    who: str
    methods: tuple[str, ...]
    polled: bool = False
    with_numbers: bool = False
    for_everybody: bool = False

    @property
    def is_open_to_managers(self) -> bool:
        """Whether a social manager without a permission set may come in."""
        return self.who == SIGNED_IN or self.who in DEFAULT_PERMISSIONS

    @property
    def is_closed(self) -> bool:
        """Whether one has to sign in."""
        return self.who not in (ANYONE, SIGNATURE)


def _route(who: str, methods: str, **more: bool) -> Route:
    return Route(who, tuple(methods.split()), **more)


NUMBERS = {"with_numbers": True}
EVERYBODY = {"for_everybody": True}
SHEET = NUMBERS | EVERYBODY


ROUTES = {
    "accounts.add_user": _route(ADMIN, "GET POST"),
    "accounts.remove_user": _route(ADMIN, "POST"),
    "accounts.edit_user": _route(ADMIN, "GET POST"),
    "accounts.list_sets": _route(ADMIN, "GET"),
    "accounts.add_set": _route(ADMIN, "GET POST"),
    "accounts.edit_set": _route(ADMIN, "GET POST"),
    "accounts.delete_set": _route(ADMIN, "POST"),
    "accounts.choose_user_permissions": _route(ADMIN, "GET POST"),
    "accounts.edit_sender_limit": _route(ADMIN, "GET POST"),
    "accounts.make_user_link": _route(ADMIN, "POST"),
    "accounts.disable_user": _route(ADMIN, "POST"),
    "accounts.enable_user": _route(ADMIN, "POST"),
    "accounts.choose_password": _route(ANYONE, "GET POST"),
    "accounts.ask_for_link": _route(ANYONE, "GET POST"),
    "accounts.edit_own_email": _route(SIGNED_IN, "GET POST"),
    "accounts.confirm_email": _route(ANYONE, "GET POST"),
    "accounts.logout": _route(ANYONE, "POST"),
    "accounts.change_own_password": _route(SIGNED_IN, "GET POST"),
    "accounts.sign_in": _route(ANYONE, "GET POST"),
    "accounts.change_own_name": _route(SIGNED_IN, "POST"),
    "accounts.change_own_phone": _route(SIGNED_IN, "POST"),
    "accounts.change_own_theme": _route(SIGNED_IN, "POST"),
    "accounts.list_own_sessions": _route(SIGNED_IN, "GET"),
    "accounts.end_own_session": _route(SIGNED_IN, "POST"),
    "accounts.end_all_own_sessions": _route(SIGNED_IN, "POST"),
    "accounts.enter_code": _route(ANYONE, "GET POST"),
    "accounts.confirm_sign_in": _route(SIGNED_IN, "GET POST"),
    "accounts.show_second_factor": _route(SIGNED_IN, "GET"),
    "accounts.start_second_factor": _route(SIGNED_IN, "POST"),
    "accounts.confirm_second_factor": _route(SIGNED_IN, "POST"),
    "accounts.renew_recovery_codes": _route(SIGNED_IN, "POST"),
    "accounts.remove_own_second_factor": _route(SIGNED_IN, "POST"),
    "accounts.remove_users_second_factor": _route(ADMIN, "POST"),
    "accounts.list_users": _route(ADMIN, "GET"),
    "audit.list_audit_events": _route(Permission.SEE_AUDIT, "GET"),
    "audit.export_audit_archive": _route(Permission.SEE_AUDIT, "GET"),
    "audit.export_audit_events": _route(Permission.SEE_AUDIT, "GET"),
    "blasts.show_sent_blast": _route(Permission.SEE_TEXTS, "GET"),
    "blasts.stop_sent_blast": _route(Permission.SEE_TEXTS, "POST"),
    "blasts.recheck_blast_messages": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.export_blast": _route(Permission.EXPORT, "GET"),
    "blasts.leave_blast_messages_unresolved": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.refresh_sent_blast": _route(Permission.SEE_TEXTS, "GET", polled=True),
    "blasts.pause_sent_blast": _route(Permission.SEE_TEXTS, "POST"),
    "blasts.resume_sent_blast": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.send_held_blast": _route(Permission.APPROVE_TEXTS, "GET POST"),
    "blasts.exempt_pending_blast": _route(Permission.APPROVE_TEXTS, "GET POST"),
    "blasts.resend_blast_messages": _route(Permission.APPROVE_TEXTS, "GET POST"),
    "blasts.show_blast_status": _route(Permission.SEE_TEXTS, "GET", polled=True),
    "blasts.list_sent_blasts": _route(Permission.SEE_TEXTS, "GET"),
    "blasts.compose_blast": _route(Permission.SEND_TEXTS, "GET POST"),
    "blasts.compose_for_people": _route(Permission.SEND_TEXTS, "GET POST", **NUMBERS),
    "blasts.preview_blast": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.list_scheduled_blasts": _route(Permission.SEE_TEXTS, "GET"),
    "blasts.confirm_grown_blast": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.approve_blast": _route(Permission.APPROVE_TEXTS, "POST"),
    "blasts.decline_blast": _route(Permission.APPROVE_TEXTS, "POST"),
    "blasts.cancel_pending_blast": _route(Permission.SEE_TEXTS, "POST"),
    "blasts.delete_ended_blast": _route(Permission.DELETE_THINGS, "POST"),
    "blasts.refresh_countdown": _route(Permission.SEE_TEXTS, "GET", polled=True),
    "blasts.show_scheduled_blast": _route(Permission.SEE_TEXTS, "GET"),
    "blasts.undo_pending_blast": _route(Permission.SEE_TEXTS, "POST"),
    "blasts.edit_pending_blast": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.autosave_draft": _route(Permission.SEND_TEXTS, "POST", polled=True),
    "blasts.delete_draft": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.edit_draft": _route(Permission.SEND_TEXTS, "GET POST"),
    "blasts.list_drafts": _route(Permission.SEND_TEXTS, "GET"),
    "blasts.review_draft": _route(Permission.SEND_TEXTS, "GET POST"),
    "blasts.send_draft": _route(Permission.SEND_TEXTS, "POST"),
    "blasts.start_draft": _route(Permission.SEND_TEXTS, "POST"),
    "community.add_member": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "community.delete_selected_members": _route(Permission.MANAGE_PEOPLE, "POST"),
    "community.export_selected_members": _route(Permission.EXPORT, "POST"),
    "community.unsubscribe_selected_members": _route(Permission.UPDATE_PEOPLE, "POST"),
    "community.choose_member_columns": _route(Permission.SEE_PEOPLE, "POST"),
    "community.delete_member": _route(Permission.MANAGE_PEOPLE, "POST"),
    "community.edit_member": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "community.list_members": _route(Permission.SEE_PEOPLE, "GET"),
    "community.export_members": _route(Permission.EXPORT, "GET"),
    "community.import_abandon": _route(
        Permission.MANAGE_PEOPLE, "POST", with_numbers=True, for_everybody=True
    ),
    "community.import_again": _route(
        Permission.MANAGE_PEOPLE, "POST", with_numbers=True, for_everybody=True
    ),
    "community.import_bad_rows": _route(
        Permission.MANAGE_PEOPLE, "GET", with_numbers=True, for_everybody=True
    ),
    "community.import_check": _route(
        Permission.MANAGE_PEOPLE, "GET", with_numbers=True, for_everybody=True
    ),
    "community.import_confirm": _route(
        Permission.MANAGE_PEOPLE, "POST", with_numbers=True, for_everybody=True
    ),
    "community.import_file": _route(
        Permission.MANAGE_PEOPLE, "GET POST", with_numbers=True, for_everybody=True
    ),
    "community.import_fix": _route(
        Permission.MANAGE_PEOPLE, "POST", with_numbers=True, for_everybody=True
    ),
    "community.import_undo": _route(
        Permission.MANAGE_PEOPLE, "POST", with_numbers=True, for_everybody=True
    ),
    "community.unsubscribe_member": _route(Permission.SEE_PEOPLE, "POST"),
    "dashboard.show_dashboard": _route(SIGNED_IN, "GET"),
    "dashboard.fetch_missed_texts": _route(Permission.ANSWER_PEOPLE, "POST"),
    "dashboard.hide_setup_checklist": _route(SIGNED_IN, "POST"),
    "dashboard.show_help": _route(SIGNED_IN, "GET"),
    "dashboard.go_on_without_reconcile": _route(ADMIN, "POST"),
    "dashboard.reconcile_with_carrier": _route(ADMIN, "POST"),
    "dashboard.show_sending_hold": _route(Permission.SEE_TEXTS, "GET"),
    "dashboard.take_over_from_first": _route(ADMIN, "POST"),
    "dashboard.refresh_running_blasts": _route(Permission.SEE_TEXTS, "GET", polled=True),
    "events.record_attendance": _route(Permission.MANAGE_EVENTS, "POST"),
    "events.add_event": _route(Permission.MANAGE_EVENTS, "GET POST", **EVERYBODY),
    "events.delete_event": _route(Permission.DELETE_THINGS, "POST"),
    "events.edit_event": _route(Permission.MANAGE_EVENTS, "GET POST"),
    "events.list_events": _route(Permission.SEE_EVENTS, "GET"),
    "events.export_registrations": _route(Permission.EXPORT, "GET"),
    "events.import_abandon": _route(
        Permission.MANAGE_EVENTS, "POST", with_numbers=True, for_everybody=True
    ),
    "events.import_again": _route(
        Permission.MANAGE_EVENTS, "POST", with_numbers=True, for_everybody=True
    ),
    "events.import_bad_rows": _route(
        Permission.MANAGE_EVENTS, "GET", with_numbers=True, for_everybody=True
    ),
    "events.import_check": _route(
        Permission.MANAGE_EVENTS, "GET", with_numbers=True, for_everybody=True
    ),
    "events.import_confirm": _route(
        Permission.MANAGE_EVENTS, "POST", with_numbers=True, for_everybody=True
    ),
    "events.import_file": _route(
        Permission.MANAGE_EVENTS, "GET POST", with_numbers=True, for_everybody=True
    ),
    "events.import_fix": _route(
        Permission.MANAGE_EVENTS, "POST", with_numbers=True, for_everybody=True
    ),
    "events.import_undo": _route(
        Permission.DELETE_THINGS, "POST", with_numbers=True, for_everybody=True
    ),
    "events.show_event": _route(Permission.SEE_EVENTS, "GET"),
    "events.add_registration": _route(Permission.MANAGE_EVENTS, "GET POST", **NUMBERS),
    "events.edit_reminder_plan": _route(Permission.MANAGE_EVENTS, "GET POST"),
    "events.register_members": _route(Permission.MANAGE_EVENTS, "POST"),
    "events.remove_registration": _route(Permission.MANAGE_EVENTS, "POST"),
    "events.set_registration_answer": _route(Permission.MANAGE_EVENTS, "POST"),
    "events.unsubscribe_registration": _route(Permission.SEE_EVENTS, "POST"),
    "groups.add_group": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "groups.add_people": _route(Permission.UPDATE_PEOPLE, "POST", **NUMBERS),
    "groups.archive_group": _route(Permission.MANAGE_PEOPLE, "POST"),
    "groups.change_listed_people": _route(Permission.UPDATE_PEOPLE, "GET POST"),
    "groups.delete_group_with_memberships": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "groups.edit_group": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "groups.export_group": _route(Permission.EXPORT, "GET"),
    "groups.list_groups": _route(Permission.SEE_PEOPLE, "GET"),
    "groups.restore_group": _route(Permission.MANAGE_PEOPLE, "POST"),
    "groups.show_group": _route(Permission.SEE_PEOPLE, "GET"),
    "groups.undo_change": _route(Permission.UPDATE_PEOPLE, "POST"),
    "health.report_health": _route(ANYONE, "GET"),
    "health.report_readiness": _route(ANYONE, "GET"),
    "health.report_metrics": _route(ANYONE, "GET"),
    "health.list_slow_statements": _route(ADMIN, "GET"),
    "switches.choose_features": _route(ADMIN, "GET POST"),
    "well_known.receive_csp_reports": _route(ANYONE, "POST"),
    "well_known.show_security_contact": _route(ANYONE, "GET"),
    "well_known.open_password_page": _route(ANYONE, "GET"),
    "keywords.add_keyword": _route(Permission.MANAGE_REPLIES, "GET POST", **EVERYBODY),
    "keywords.delete_keyword": _route(Permission.DELETE_THINGS, "POST", **EVERYBODY),
    "keywords.edit_keyword": _route(Permission.MANAGE_REPLIES, "GET POST", **EVERYBODY),
    "keywords.list_keywords": _route(Permission.SEE_REPLIES, "GET", **EVERYBODY),
    "inbox.assign_conversation": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.start_conversation": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.decide_possible_stop": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.mark_conversation_done": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.list_conversations": _route(Permission.ANSWER_PEOPLE, "GET"),
    "inbox.refresh_conversation_list": _route(Permission.ANSWER_PEOPLE, "GET", polled=True),
    "inbox.mark_conversation_needs_no_reply": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.show_conversation": _route(Permission.ANSWER_PEOPLE, "GET"),
    "inbox.refresh_conversation": _route(Permission.ANSWER_PEOPLE, "GET", polled=True),
    "inbox.mark_conversation_read": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.reopen_conversation": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.list_saved_replies": _route(Permission.ANSWER_PEOPLE, "GET"),
    "inbox.send_manual_reply": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.add_saved_reply": _route(Permission.ANSWER_PEOPLE, "GET POST"),
    "inbox.remove_saved_reply": _route(Permission.DELETE_THINGS, "POST"),
    "inbox.edit_saved_reply": _route(Permission.ANSWER_PEOPLE, "GET POST"),
    "inbox.retry_failed_reply": _route(Permission.ANSWER_PEOPLE, "POST"),
    "inbox.report_writing": _route(Permission.ANSWER_PEOPLE, "POST", polled=True),
    "message_templates.add_template": _route(Permission.EDIT_TEMPLATES, "GET POST"),
    "message_templates.edit_template": _route(Permission.EDIT_TEMPLATES, "GET POST"),
    "message_templates.list_templates": _route(Permission.SEE_TEXTS, "GET"),
    "message_templates.remove_template": _route(Permission.DELETE_THINGS, "POST"),
    "message_templates.restore_template_version": _route(Permission.EDIT_TEMPLATES, "POST"),
    "message_templates.show_template": _route(Permission.SEE_TEXTS, "GET"),
    "navigation.list_search_results": _route(SIGNED_IN, "GET", polled=True),
    "navigation.show_live_state": _route(SIGNED_IN, "GET", polled=True),
    "navigation.show_search": _route(SIGNED_IN, "GET"),
    "calendar.show_month": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "calendar.list_days": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "calendar.show_day": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "sequences.add_people": _route(Permission.SEND_TEXTS, "GET POST", **EVERYBODY),
    "sequences.add_sequence": _route(Permission.SEND_TEXTS, "GET POST", **EVERYBODY),
    "sequences.archive_sequence": _route(Permission.SEND_TEXTS, "POST", **EVERYBODY),
    "sequences.edit_sequence": _route(Permission.SEND_TEXTS, "GET POST", **EVERYBODY),
    "sequences.end_for_everyone": _route(Permission.SEND_TEXTS, "POST", **EVERYBODY),
    "sequences.end_person": _route(Permission.SEND_TEXTS, "POST", **EVERYBODY),
    "sequences.list_sequences": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "sequences.pause_person": _route(Permission.SEE_TEXTS, "POST", **EVERYBODY),
    "sequences.pause_sequence": _route(Permission.SEE_TEXTS, "POST", **EVERYBODY),
    "sequences.resume_person": _route(Permission.SEND_TEXTS, "POST", **EVERYBODY),
    "sequences.show_history": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "sequences.show_sequence": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "sequences.switch_on_sequence": _route(Permission.SEND_TEXTS, "POST", **EVERYBODY),
    "series.list_all_series": _route(Permission.SEE_TEXTS, "GET", **EVERYBODY),
    "series.show_series": _route(Permission.SEE_TEXTS, "GET"),
    "series.repeat_blast": _route(Permission.SEND_TEXTS, "GET POST"),
    "series.edit_series": _route(Permission.SEND_TEXTS, "GET POST"),
    "series.pause_series": _route(Permission.SEE_TEXTS, "POST"),
    "series.resume_series": _route(Permission.SEND_TEXTS, "POST"),
    "series.end_series": _route(Permission.SEND_TEXTS, "POST"),
    "series.delete_series": _route(Permission.DELETE_THINGS, "POST"),
    "series.skip_date": _route(Permission.SEND_TEXTS, "POST"),
    "series.restore_date": _route(Permission.SEND_TEXTS, "POST"),
    "series.confirm_date": _route(Permission.SEND_TEXTS, "POST"),
    "series.edit_date": _route(Permission.SEND_TEXTS, "GET POST"),
    "series.move_date": _route(Permission.SEND_TEXTS, "GET POST"),
    "sending_limits.edit_limits": _route(Permission.CHANGE_SETTINGS, "GET POST"),
    "notices.list_notices": _route(SIGNED_IN, "GET"),
    "notices.open_notice": _route(SIGNED_IN, "POST"),
    "notices.mark_all_read": _route(SIGNED_IN, "POST"),
    "notices.edit_own_choices": _route(SIGNED_IN, "GET POST"),
    "notices.test_own_channel": _route(SIGNED_IN, "POST"),
    "notices.edit_chats": _route(ADMIN, "GET POST"),
    "notices.edit_chat": _route(ADMIN, "GET POST"),
    "notices.delete_chat": _route(ADMIN, "POST"),
    "notices.test_chat": _route(ADMIN, "POST"),
    "notices.test_mail": _route(ADMIN, "POST"),
    "retention.edit_retention": _route(ADMIN, "GET POST"),
    "trash.list_trash": _route(Permission.DELETE_THINGS, "GET", **EVERYBODY),
    "trash.put_back": _route(Permission.DELETE_THINGS, "POST", **EVERYBODY),
    "trash.delete_for_good": _route(ADMIN, "POST"),
    "backups.list_backups": _route(ADMIN, "GET"),
    "backups.make_backup": _route(ADMIN, "POST"),
    "texting_hours.edit_texting_hours": _route(Permission.CHANGE_SETTINGS, "GET POST"),
    "texting_hours.add_us_holidays": _route(Permission.CHANGE_SETTINGS, "POST"),
    "texting_hours.add_blackout_day": _route(Permission.CHANGE_SETTINGS, "POST"),
    "texting_hours.delete_blackout_day": _route(Permission.CHANGE_SETTINGS, "POST"),
    "organisation.edit_settings": _route(Permission.CHANGE_SETTINGS, "GET POST"),
    "people.record_person_consent": _route(Permission.UPDATE_PEOPLE, "POST"),
    "people.add_person_to_do_not_text_list": _route(Permission.SEE_PEOPLE, "POST"),
    "people.add_field": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "people.archive_field": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.delete_field": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "people.edit_person_fields": _route(Permission.UPDATE_PEOPLE, "GET POST"),
    "people.edit_field": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "people.list_fields": _route(Permission.MANAGE_PEOPLE, "GET"),
    "people.move_field": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.restore_field": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.erase_person": _route(ADMIN, "GET POST"),
    "people.leave_person_topic": _route(Permission.SEE_PEOPLE, "POST"),
    "people.return_person_to_topic": _route(Permission.UPDATE_PEOPLE, "POST"),
    "people.pause_person": _route(Permission.SEE_PEOPLE, "POST"),
    "people.add_person_to_group": _route(Permission.UPDATE_PEOPLE, "POST"),
    "people.remove_person_from_group": _route(Permission.UPDATE_PEOPLE, "POST"),
    "people.add_person_note": _route(Permission.UPDATE_PEOPLE, "POST"),
    "people.delete_person_note": _route(Permission.UPDATE_PEOPLE, "POST"),
    "people.show_archived_texts": _route(Permission.SEE_PEOPLE, "GET"),
    "people.show_held_data": _route(Permission.MANAGE_PEOPLE, "GET"),
    "people.download_held_data": _route(Permission.MANAGE_PEOPLE, "GET"),
    "people.show_person": _route(Permission.SEE_PEOPLE, "GET"),
    "people.change_person_number": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "people.add_person_number": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.text_person_number": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.remove_person_number": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.join_person": _route(Permission.MANAGE_PEOPLE, "GET POST"),
    "people.keep_person_apart": _route(Permission.MANAGE_PEOPLE, "POST"),
    "people.remove_person_from_do_not_text_list": _route(Permission.EDIT_DO_NOT_TEXT, "POST"),
    "sandbox.reset_all_phones": _route(
        Permission.SEND_TEXTS, "POST", with_numbers=True, for_everybody=True
    ),
    "sandbox.simulate_replies": _route(
        Permission.SEND_TEXTS, "POST", with_numbers=True, for_everybody=True
    ),
    "sandbox.poll_phone_screen": _route(
        Permission.SEND_TEXTS, "GET", polled=True, with_numbers=True
    ),
    "sandbox.change_phone_behaviour": _route(Permission.SEND_TEXTS, "POST", **NUMBERS),
    "sandbox.open_phone_by_number": _route(
        Permission.SEND_TEXTS, "GET", with_numbers=True, for_everybody=True
    ),
    "sandbox.show_phone": _route(Permission.SEND_TEXTS, "GET", **NUMBERS),
    "sandbox.list_phones": _route(
        Permission.SEND_TEXTS, "GET", with_numbers=True, for_everybody=True
    ),
    "sandbox.send_picture_from_phone": _route(Permission.SEND_TEXTS, "POST", **NUMBERS),
    "sandbox.send_text_from_stranger": _route(
        Permission.SEND_TEXTS, "POST", with_numbers=True, for_everybody=True
    ),
    "sandbox.open_phone_with_text": _route(
        Permission.SEND_TEXTS, "GET", with_numbers=True, for_everybody=True
    ),
    "sandbox.send_text_from_phone": _route(Permission.SEND_TEXTS, "POST", **NUMBERS),
    "setup.complete_setup": _route(ANYONE, "GET POST"),
    "setup.enter_demo": _route(ANYONE, "GET POST"),
    "setup.open_demo": _route(ANYONE, "POST"),
    "setup.start_over": _route(ADMIN, "POST"),
    "static": _route(ANYONE, "GET"),
    "suppression.bulk_delete_suppressed_numbers": _route(Permission.EDIT_DO_NOT_TEXT, "POST"),
    "suppression.export_suppressed_numbers": _route(Permission.EXPORT, "GET", **EVERYBODY),
    "suppression.import_abandon": _route(
        Permission.EDIT_DO_NOT_TEXT, "POST", with_numbers=True, for_everybody=True
    ),
    "suppression.import_again": _route(
        Permission.EDIT_DO_NOT_TEXT, "POST", with_numbers=True, for_everybody=True
    ),
    "suppression.import_bad_rows": _route(
        Permission.EDIT_DO_NOT_TEXT, "GET", with_numbers=True, for_everybody=True
    ),
    "suppression.import_check": _route(
        Permission.EDIT_DO_NOT_TEXT, "GET", with_numbers=True, for_everybody=True
    ),
    "suppression.import_confirm": _route(
        Permission.EDIT_DO_NOT_TEXT, "POST", with_numbers=True, for_everybody=True
    ),
    "suppression.import_file": _route(
        Permission.EDIT_DO_NOT_TEXT, "GET POST", with_numbers=True, for_everybody=True
    ),
    "suppression.import_fix": _route(
        Permission.EDIT_DO_NOT_TEXT, "POST", with_numbers=True, for_everybody=True
    ),
    "suppression.import_undo": _route(
        Permission.EDIT_DO_NOT_TEXT, "POST", with_numbers=True, for_everybody=True
    ),
    "suppression.add_suppressed_number": _route(Permission.EDIT_DO_NOT_TEXT, "GET POST"),
    "suppression.delete_suppressed_number": _route(Permission.EDIT_DO_NOT_TEXT, "POST"),
    "suppression.list_suppressed_numbers": _route(Permission.EDIT_DO_NOT_TEXT, "GET"),
    "segments.add_segment": _route(Permission.UPDATE_PEOPLE, "GET POST", **EVERYBODY),
    "segments.delete_segment": _route(Permission.DELETE_THINGS, "POST"),
    "segments.edit_segment": _route(Permission.UPDATE_PEOPLE, "GET POST", **EVERYBODY),
    "segments.list_segments": _route(Permission.SEE_PEOPLE, "GET", **EVERYBODY),
    "segments.preview_typed_segment": _route(Permission.UPDATE_PEOPLE, "POST", **EVERYBODY),
    "segments.show_segment": _route(Permission.SEE_PEOPLE, "GET"),
    "surveys.activate_survey": _route(Permission.MANAGE_REPLIES, "POST"),
    "surveys.add_survey": _route(Permission.MANAGE_REPLIES, "GET POST", **EVERYBODY),
    "surveys.list_survey_answers": _route(Permission.SEE_REPLIES, "GET"),
    "surveys.record_answer_correction": _route(Permission.MANAGE_REPLIES, "POST"),
    "surveys.deactivate_survey": _route(Permission.MANAGE_REPLIES, "POST"),
    "surveys.delete_survey": _route(Permission.DELETE_THINGS, "GET POST"),
    "surveys.edit_survey": _route(Permission.MANAGE_REPLIES, "GET POST", **EVERYBODY),
    "surveys.list_surveys": _route(Permission.SEE_REPLIES, "GET", **EVERYBODY),
    "surveys.export_survey_answers": _route(Permission.EXPORT, "GET"),
    "surveys.show_survey": _route(Permission.SEE_REPLIES, "GET"),
    "surveys.show_survey_session": _route(Permission.SEE_REPLIES, "GET"),
    "webhooks.receive_inbound_text": _route(SIGNATURE, "POST"),
    "webhooks.receive_status_callback": _route(SIGNATURE, "POST"),
    "webhooks.receive_attempt_status_callback": _route(SIGNATURE, "POST"),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
