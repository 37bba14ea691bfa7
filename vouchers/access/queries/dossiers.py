"""The dossier: what it can take over, as it is written, as an institution received it; the period that it asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.kit import clock
from vouchers.access import rules
from vouchers.access.models import AccessCase, AccessRequest, SubmittedDossier
from vouchers.agreements import queries as agreements
from vouchers.applications import queries as applications
from vouchers.matching import queries as matching


def handed_over(row: AccessRequest) -> SubmittedDossier | None:
    """The dossier as this institution received it last; None before the first hand-over."""
    return SubmittedDossier.objects.filter(request=row).order_by("-number").first()


@dataclass(frozen=True)
class DossierShown:
    """What a page shows of a dossier. number and content_hash: of the copy that an institution received; 0: as it is written."""

    texts: Mapping[str, str]
    use_from: date | None
    use_until: date | None
    number: int = 0
    content_hash: str = ""
    at: datetime | None = None


def dossier_of(case: AccessCase) -> DossierShown:
    """As the company has it now."""
    return DossierShown(case.dossier, case.use_from, case.use_until)


def dossier_received(row: AccessRequest) -> DossierShown | None:
    """As this institution received it last."""
    copy = handed_over(row)
    if copy is None:
        return None
    days = [date.fromisoformat(copy.body[name]) if copy.body.get(name) else None for name in ("use_from", "use_until")]
    return DossierShown(copy.body["dossier"], days[0], days[1], copy.number, copy.content_hash, copy.created_at)


def dossier_shown(case: AccessCase, rows: Iterable[AccessRequest], *, whole: bool) -> DossierShown:
    """whole: the company itself reads what it writes; an institution only what it received (its newest copy)."""
    if whole:
        return dossier_of(case)
    received = [found for found in map(dossier_received, rows) if found is not None]
    return max(received, key=lambda found: found.at) if received else DossierShown({}, None, None)  # type: ignore[arg-type,return-value]


def dossier_is_open(case: AccessCase) -> bool:
    """Whether the company may change the dossier now: some institution's part is a draft or waits for a revision."""
    rows = case.requests.values_list("status", "ethics__status", "data_review__status")
    return any(rules.dossier_open(*states) for states in rows)


def taken_over(case: AccessCase) -> dict[str, Any]:
    """What a dossier that was never saved starts with, from the application, the data need and the agreement; empty after
    that. Form field → text, or a day."""
    if case.dossier or case.use_from:
        return {}
    said = applications.answers_about(case.need)
    facts = [row for _title, rows, _unsaid in matching.need_facts(case.need)[1:3] for row in rows]
    texts = {
        "purpose": said.get("use_plan") or case.need.document.get("product") or "",
        "method": said.get("ai_method") or "",
        "data_items": "\n".join(f"{label}: {value}" for label, value in facts),
        "safeguards": said.get("protection") or "",
    }
    first, last = agreements.period_of(match_ids=case.requests.values_list("match_id", flat=True))
    days = {"use_from": max(first, clock.today()), "use_until": last} if first and last and last >= clock.today() else {}
    return {name: text for name, text in texts.items() if text} | days


def use_begins(rows: Iterable[AccessRequest]) -> date | None:
    """The first day of the period that the boards allow, while it lies ahead (of several: the last); None once it has begun."""
    allowed = [row for row in rows if rules.allowed(row.status)]
    days = [shown.use_from for row in allowed if (shown := dossier_received(row)) is not None and shown.use_from]
    first = max(days, default=None)
    return first if first is not None and first > clock.today() else None


def use_begins_of(*, match_ids: Iterable[int]) -> date | None:
    """The same for the requests of these matches."""
    return use_begins(AccessRequest.objects.filter(match_id__in=list(match_ids)))
