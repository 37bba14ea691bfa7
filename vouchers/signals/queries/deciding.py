"""What a signal concerns and to what it may be referred."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vouchers.agreements.models import AgreementLine
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.milestones.models import Inspection
from vouchers.milestones.rules import InspectionStatus
from vouchers.settlements.models import Clawback
from vouchers.signals.models import Signal, SignalParty


def concerned(signal: Signal) -> QuerySet[Application]:
    """The applications of the round that its companies handed in, or that chose its providers where it names no company."""
    parties = list(signal.parties.values_list("company_id", "institution_id"))
    companies = [one for one, _institution in parties if one]
    found = Application.objects.filter(round_id=signal.round_id, submitted_at__isnull=False).select_related("company")
    if companies:
        return found.filter(company_id__in=companies)
    chosen = ApplicationMatch.objects.filter(application=OuterRef("pk"), match__institution_id__in=[one for _c, one in parties])
    return found.filter(Exists(chosen))


def _of_parties(signal: Signal) -> Q:
    """Agreements of its companies; where it names none, those under which its providers are paid."""
    companies = signal.parties.filter(company__isnull=False).values("company_id")
    payees = signal.parties.filter(institution__isnull=False).values("institution_id")
    if signal.parties.filter(company__isnull=False).exists():
        return Q(agreement__company_id__in=companies)
    return Q(agreement_id__in=AgreementLine.objects.filter(payee_id__in=payees).values("agreement_id"))


def inspections_for(signal: Signal) -> QuerySet[Inspection]:
    """Planned or held ones of the agreements concerned, the newest first."""
    found = Inspection.objects.filter(_of_parties(signal)).exclude(status=InspectionStatus.CANCELLED)
    return found.select_related("agreement").order_by("-planned_on", "-pk")


def clawbacks_for(signal: Signal) -> QuerySet[Clawback]:
    """Those that were detected for the agreements concerned and are pursued, the newest first."""
    found = Clawback.objects.filter(_of_parties(signal)).exclude(status__in=["DROPPED", "CANCELLED"])
    return found.select_related("agreement", "organisation").order_by("-pk")


def parties_of(signals: Sequence[Signal]) -> dict[int, list[SignalParty]]:
    """Signal's id → whom it concerns. One query."""
    found: dict[int, list[SignalParty]] = {one.pk: [] for one in signals}
    rows = SignalParty.objects.filter(signal__in=found).select_related("company", "institution").order_by("pk")
    for row in rows:
        found[row.signal_id].append(row)
    return found


def known_in(round_id: int) -> dict[tuple[str, str], Signal]:
    """(kind, key) → the signal of that round. One query, and one for the parties."""
    rows: Any = Signal.objects.filter(round_id=round_id).prefetch_related("parties__company", "parties__institution")
    return {(one.kind, one.key): one for one in rows}
