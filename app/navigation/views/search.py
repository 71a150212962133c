"""The search over everything: a page, and the same as JSON for the command palette."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.queries.segment_records import find_hidden_segments
from app.core.access import signed_in_required, signed_in_script_required
from app.core.permission_checks import may_visit
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.name_folding import fold_name
from app.layout import list_visible_pages
from app.navigation.queries import MAX_SEARCH_CHARACTERS, Match, find_matches
from app.navigation.views.blueprint import bp
from app.organisation import queries as organisation
from app.profiles.person_addresses import build_person_url, load_public_ids

PALETTE_MATCHES = 5
PAGE_MATCHES = 20
# How each kind of match is called, and the page it leads to.
KINDS = {
    "group": ("Groups", "groups.show_group", "group_id"),
    "segment": ("Segments", "segments.show_segment", "segment_id"),
    "blast": ("Blasts", "blasts.show_sent_blast", "log_id"),
    "event": ("Events", "events.show_event", "event_id"),
    "survey": ("Surveys", "surveys.show_survey", "survey_id"),
    "keyword": ("Keywords", "keywords.edit_keyword", "rule_id"),
}


@dataclass(frozen=True)
class SearchResult:
    """A line of the results. `group` is its heading; `phone`: of a person, "" for other things."""

    group: str
    title: str
    detail: str
    url: str
    phone: str = ""


@bp.get("/search")
@signed_in_required
def show_search() -> ResponseReturnValue:
    """Show everything that fits what was typed."""
    typed = _read_search()
    results = _find_results(typed, PAGE_MATCHES)
    return render_template("navigation/search.html", typed=typed, results=results)


@bp.get("/search/results")
@signed_in_script_required
def list_search_results() -> ResponseReturnValue:
    """Return the first results for the command palette, as JSON."""
    results = _find_results(_read_search(), PALETTE_MATCHES)
    return jsonify(list(map(asdict, results)))


def _read_search() -> str:
    return request.args.get("q", "").strip()[:MAX_SEARCH_CHARACTERS]


def _find_results(typed: str, limit: int) -> Sequence[SearchResult]:
    """Return the pages whose name fits, then what is in the database; all pages for no text."""
    folded = fold_name(typed) or ""
    pages = []
    for page in list_visible_pages():
        if folded in (fold_name(page.label) or ""):
            pages.append(SearchResult("Pages", page.label, "", page.url))
    if not typed:
        return pages
    matches = find_matches(typed, organisation.get_organisation_region(), limit)
    # What a segment is called may say what its people have.
    segment_ids = [int(match.key) for match in matches if match.kind == "segment"]
    hidden = set(map(str, find_hidden_segments(segment_ids, current_user.role)))
    matches = [match for match in matches if match.kind != "segment" or match.key not in hidden]
    load_public_ids(match.key for match in matches if match.kind == "person")
    results = [*map(_build_result, matches), *pages]
    return [result for result in results if may_visit(result.url)]


def _build_result(match: Match) -> SearchResult:
    if match.kind == "person":
        return _build_person_result(match)
    group, endpoint, argument = KINDS[match.kind]
    values: dict[str, Any] = {argument: match.key}
    url = url_for(endpoint, **values)
    if match.kind == "blast":
        # Its own name, or how its text begins, with placeholders as words.
        return SearchResult(group, format_blast_title(match.title, match.detail or None), "", url)
    return SearchResult(group, match.title, match.detail, url)


def _build_person_result(match: Match) -> SearchResult:
    number, url = format_phone_number(match.key), build_person_url(match.key)
    detail = number if match.title else ""
    return SearchResult("People", match.title or number, detail, url, match.key)
