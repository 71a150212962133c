"""Surveys of the first design with their answers, and its keywords."""

import json
from typing import Any

from app.dbdoctor.adoption.former_database import (
    FormerRow,
    read_count,
    read_moment,
    read_phone,
    read_text,
)
from app.dbdoctor.adoption.row_writer import BAD_NUMBER, RowWriter


def write_surveys(writer: RowWriter) -> None:
    """Write the surveys with their questions, which are texts in the first design."""
    for row in writer.former.list_rows("survey_flows"):
        created_at = writer.read_created_at(row)
        values = {
            "id": row["id"],
            "name": read_text(row["name"], 120) or f"Survey {row['id']}",
            "trigger_keyword": read_text(row["trigger_keyword"], 40) or f"SURVEY{row['id']}",
            "intro_message": row.get("intro_message"),
            "questions_json": _clean_questions(row.get("questions_json")),
            "completion_message": row.get("completion_message"),
            "linked_event_id": writer.find_id("events", row.get("linked_event_id")),
            "is_active": bool(row.get("is_active")),
            "start_count": read_count(row.get("start_count")),
            "completion_count": read_count(row.get("completion_count")),
            "created_at": created_at,
            "updated_at": read_moment(row.get("updated_at"), created_at),
        }
        writer.insert_row("survey_flows", values, "surveys", row["id"])


def write_sessions(writer: RowWriter) -> None:
    """Write who answered which survey; an open session ends, nobody is asked on."""
    answers: dict[int, list[FormerRow]] = {}
    for answer in writer.former.list_rows("survey_responses"):
        answers.setdefault(answer["session_id"], []).append(answer)
    for row in writer.former.list_rows("survey_sessions"):
        phone = read_phone(row)
        if phone is None:
            writer.report.record_left("answered surveys", BAD_NUMBER, row["id"])
            continue
        started_at = read_moment(row.get("started_at"), writer.moment)
        last_at = read_moment(row.get("last_activity_at"), started_at)
        own_answers = answers.get(row["id"], [])
        prompts = [str(answer["question_prompt"]) for answer in own_answers]
        values = {
            "id": row["id"],
            "survey_id": row["survey_id"],
            "phone": phone,
            # What was open then is not asked on from here.
            "status": "completed" if row.get("status") == "completed" else "left",
            "questions_json": json.dumps(prompts),
            "position": len(prompts),
            "started_at": started_at,
            "asked_at": last_at,
            "ended_at": read_moment(row.get("completed_at"), last_at),
        }
        if writer.insert_row("survey_sessions", values, "answered surveys", row["id"]):
            _write_answers(writer, row["id"], own_answers)


def _write_answers(writer: RowWriter, session_id: int, answers: list[FormerRow]) -> None:
    for position, answer in enumerate(answers):
        values = {
            "session_id": session_id,
            "position": position,
            "state": "answered",
            "prompt": answer["question_prompt"],
            "body": answer["answer"],
            "created_at": writer.read_created_at(answer),
        }
        writer.insert_row("survey_answers", values, "answers", answer["id"])


def write_keywords(writer: RowWriter) -> None:
    """Write the keywords with their replies."""
    for row in writer.former.list_rows("keyword_automation_rules"):
        created_at = writer.read_created_at(row)
        values = {
            "id": row["id"],
            "keyword": read_text(row["keyword"], 40) or f"KEYWORD{row['id']}",
            "response_body": row["response_body"],
            "is_active": bool(row.get("is_active")),
            "match_count": read_count(row.get("match_count")),
            "created_at": created_at,
            "updated_at": read_moment(row.get("updated_at"), created_at),
        }
        writer.insert_row("keyword_rules", values, "keywords", row["id"])


def _clean_questions(text: Any) -> str:
    """Return the JSON of the questions that are texts; none for JSON that cannot be read."""
    try:
        questions = json.loads(text or "[]")
    except (TypeError, ValueError):
        questions = []
    if not isinstance(questions, list):
        questions = []
    return json.dumps([str(question).strip() for question in questions if str(question).strip()])
