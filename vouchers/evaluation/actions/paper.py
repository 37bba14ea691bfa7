"""The letter of a result on paper, in Korean and English: reasons by criterion, the calculation, the remedy."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.kit import clock, pdf
from portal.kit.words import day, pick
from vouchers.applications.models import Application
from vouchers.evaluation import notices, queries, rules
from vouchers.evaluation.models import SelectionLine
from vouchers.evaluation.queries import presenting
from vouchers.rounds.models import Criterion


def letter_paper(line: SelectionLine, *, lang: str) -> bytes:
    """A PDF. line: released; lang: ko (which binds) or en."""
    application = line.application
    with override(lang):
        title = f"{'선정 결과 통지서' if lang == 'ko' else 'Letter of the result'} {application.receipt_no}"
        source = Path(settings.BASE_DIR) / "templates" / "pdf" / f"selection_letter.{lang}.typ"
        inputs = _inputs(line, lang)
        round_ = application.round
        text = source.read_text(encoding="utf-8")
        return pdf.render(text, inputs, title=title, demo=round_.is_demo, lang=lang, rehearsal=round_.is_rehearsal)


def _inputs(line: SelectionLine, lang: str) -> dict[str, Any]:
    application, run = line.application, line.run
    letter = getattr(line, "letter", None)
    content = (letter.content if letter is not None else None) or said_of(application)
    selection = run.round.policy().selection
    return {
        "company": pick(application.company_snapshot, "name") or str(application.company),
        "receipt_no": application.receipt_no,
        "title": application.title,
        "round": pick(application.round, "title"),
        "track": pick(application.track, "name"),
        "outcome": notices.OUTCOMES[line.outcome][0 if lang == "ko" else 1],
        "reserve_no": str(line.reserve_no or ""),
        "reason": pick(line, "reason"),
        "points": [str(number) for number in (line.raw or line.score, line.score, line.bonus, line.penalty, line.points)],
        "rank": str(line.rank),
        "pass_mark": str(run.round.policy().pass_mark),
        "criteria": [_shown(one) for one in content["criteria"]],
        "opinions": content["opinions"],
        "adverse": line.outcome in rules.ADVERSE,
        "body": pick({"body_ko": selection.objection_body_ko, "body_en": selection.objection_body_en}, "body"),
        "days": str(selection.objection_days),
        "served": day(letter.served_on) if letter is not None and letter.served_on else "",
        "until": day(letter.open_until) if letter is not None and letter.open_until else "",
        "released": day(clock.to_kst(run.confirmed_at)) if run.confirmed_at else "",
        "hash": run.outputs_sha256,
    }


def said_of(application: Application) -> dict[str, Any]:
    """What the evaluators gave and wrote, without their names, as JSON: what a letter keeps from the day on which it is written,
    since an objection may set evaluations aside afterwards.

    criteria: name_ko, name_en, weight, points (mean, text), reasons, absent (0 since the company stayed away); opinions.
    """
    absent = {criterion.pk for criterion in presenting.absent_on(application)}
    points, said = queries.points_by_criterion(application), queries.reasons_by_criterion(application)
    criteria = [
        {
            "name_ko": criterion.name_ko,
            "name_en": criterion.name_en,
            "weight": str(criterion.weight),
            "points": _mean(points.get(criterion.key, [])),
            "reasons": list(said.get(criterion.key, [])),
            "absent": criterion.pk in absent,
        }
        for criterion in Criterion.objects.filter(round_id=application.round_id)
    ]
    return {"criteria": criteria, "opinions": list(queries.opinions_of(application))}


def _shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """In the letter's language, with the words for a company that stayed away where that decided its points."""
    name = pick(kept, "name")
    if kept["absent"]:
        name = str(_("%(name)s: 0 points, since the company stayed away from the presentation") % {"name": name})
    return {"name": name, "weight": kept["weight"], "points": kept["points"], "reasons": kept["reasons"]}


def _mean(points: list[int]) -> str:
    return str(rules.rounded(Fraction(sum(points), len(points)))) if points else "–"
