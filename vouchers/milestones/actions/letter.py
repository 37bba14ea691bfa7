"""The letter of a final grade. Korean binds; the English one is a reading copy."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from portal.kit import clock, pdf
from portal.kit.words import day, pick
from vouchers.milestones import queries
from vouchers.milestones.models import FinalEvaluation
from vouchers.rounds.rules import Grade


def grade_letter(row: FinalEvaluation, lang: str) -> bytes:
    """A PDF of what was decided last. lang: ko or en."""
    agreement, programme = row.agreement, row.agreement.round
    assert row.decided_at is not None, "a letter follows a decision"
    with override(lang):
        decision = queries.decision(row)
        inputs: dict[str, Any] = {
            "company": pick(agreement.company, "name"), "number": agreement.number, "project_no": agreement.award.project_no,
            "title": agreement.award.application.title, "grade": str(Grade.word(row.grade)), "points": str(row.points),
            "decided": date_format(clock.to_kst(row.decided_at).date()), "reason": row.reason, "condition": row.condition,
            "condition_due": day(row.condition_due_on) if row.condition_due_on else "",
            "meaning": queries.meaning(queries.policy_of(row), row.grade).lines,
            "opinions": [{"points": f"{one.points:.2f}", "opinion": one.opinion} for one in queries.opinions(row)],
            "until": day(decision.open_until) if decision and decision.open_until else "",
        }  # fmt: skip
        title = f"{'최종평가 결과통지서' if lang == 'ko' else 'Letter of the final grade'} {agreement.number}"
        source = (Path(settings.BASE_DIR) / "templates" / "pdf" / f"grade_letter.{lang}.typ").read_text(encoding="utf-8")
        return pdf.render(source, inputs, title=title, demo=programme.is_demo, lang=lang, rehearsal=programme.is_rehearsal)
