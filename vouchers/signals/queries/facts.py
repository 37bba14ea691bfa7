"""The facts of a round from which signs are told: so many statements, however many projects it has."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import F, Max, Sum

from vouchers.agreements.models import AgreementLine
from vouchers.applications.models import Application, ApplicationDocument, ApplicationMatch, ApplicationSection
from vouchers.matching.models import Quote, QuoteLine
from vouchers.milestones.models import Deliverable
from vouchers.payments.models import Disbursement
from vouchers.payments.rules import DisbursementStatus
from vouchers.rounds.models import Round
from vouchers.settlements.models import SettlementLine
from vouchers.signals.queries import marks
from vouchers.signals.rules import Facts, File, FileKind, Payment, Price, Share, Text

LEAST_ANSWER = 30  # characters of an answer that somebody wrote, and did not choose
NOT_PAID = (DisbursementStatus.RETURNED, DisbursementStatus.CLOSED)


def facts_of(round_: Round) -> Facts:
    """Of every application that was handed in, and of the agreements and payments that came of it."""
    families: dict[str, frozenset[str]] = {}
    pairs = _pairs(round_)
    institutions = {institution for _company, institution in pairs}
    here = marks.Organisations({}, round_.policy().conflicts)
    found = [*marks.of_applicants(round_, here), *marks.of_providers(institutions, here, families)]
    found += marks.of_people(round_, here)
    return Facts(
        marks=found, pairs=pairs, families=families, texts=_texts(round_), files=[*_deliverables(round_), *_proofs(round_), *_papers(round_)],
        payments=_payments(round_), prices=_prices(round_, institutions), shares=_shares(institutions),
    )  # fmt: skip


def _handed_in(round_: Round) -> dict[str, Any]:
    return {"application__round": round_, "application__submitted_at__isnull": False}


def _pairs(round_: Round) -> set[tuple[str, str]]:
    chosen = ApplicationMatch.objects.filter(**_handed_in(round_))
    agreed = AgreementLine.objects.filter(agreement__round=round_)
    return set(chosen.values_list("application__company__ref", "match__institution__ref")) | set(
        agreed.values_list("agreement__company__ref", "payee__ref")
    )


def _texts(round_: Round) -> list[Text]:
    """All that somebody wrote in an application, in the order of its sections."""
    written: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = ApplicationSection.objects.filter(**_handed_in(round_)).order_by("application_id", "key")
    for application, company, answers in rows.values_list("application__ref", "application__company__ref", "answers"):
        said = (one for _name, one in sorted(answers.items()) if isinstance(one, str) and len(one) >= LEAST_ANSWER)
        written[application, company].extend(said)
    return [Text(application, company, "\n".join(said)) for (application, company), said in written.items() if said]


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────
def _deliverables(round_: Round) -> list[File]:
    """Those of the round, and those of any other round with which one of them is the same, with all that came along."""
    here = Deliverable.objects.filter(milestone__agreement__round=round_)
    same = Deliverable.objects.filter(document__sha256__in=here.values("document__sha256"))
    rows = Deliverable.objects.filter(milestone_id__in=same.values("milestone_id"))
    columns = (
        "document__sha256", "milestone__ref", "milestone__agreement__company__ref", "milestone__institution__ref",
    )  # fmt: skip
    return [
        File(sha, FileKind.DELIVERABLE, batch, company, institution)
        for sha, batch, company, institution in rows.values_list(*columns)
    ]


def _proofs(round_: Round) -> list[File]:
    """What proves a payment or a cost: of tax invoices and deposits, and of settlements."""
    paid = Disbursement.objects.filter(milestone__agreement__round=round_)
    columns = (
        "ref", "milestone__agreement__company__ref", "payee__ref", "own_share_document__sha256", "invoice_document__sha256",
    )  # fmt: skip
    found = [
        File(sha, FileKind.PROOF, ref, company, payee)
        for ref, company, payee, *held in paid.values_list(*columns) for sha in held if sha
    ]  # fmt: skip
    stated = SettlementLine.objects.filter(settlement__round=round_, proof__isnull=False)
    lines = stated.values_list("proof__sha256", "ref", "settlement__company__ref")
    return found + [File(sha, FileKind.PROOF, ref, company) for sha, ref, company in lines]


def _papers(round_: Round) -> list[File]:
    """Papers that only one company can have: what a call leaves open (OTHER) may be anybody's brochure."""
    rows = ApplicationDocument.objects.filter(current=True, **_handed_in(round_)).exclude(kind="OTHER")
    columns = ("document__sha256", "application__ref", "application__company__ref")
    return [File(sha, FileKind.PAPER, application, company) for sha, application, company in rows.values_list(*columns)]


# ── Money ────────────────────────────────────────────────────────────────────────────────────────────
def _payments(round_: Round) -> list[Payment]:
    rows = Disbursement.objects.filter(milestone__agreement__round=round_).exclude(status__in=NOT_PAID)
    columns = ("ref", "milestone__agreement__company__ref", "payee__ref", "supply_amount_won", "invoice_on")
    return [Payment(*row) for row in rows.values_list(*columns)]


def _prices(round_: Round, institutions: Collection[str]) -> list[Price]:
    """The last quote of each request to these institutions, of every round: a small one answers few a year. A lump sum is of one
    project alone and compares with nothing."""
    last = Quote.objects.annotate(newest=Max("request__quotes__number")).filter(number=F("newest"), band_min_won__isnull=True)
    chosen = set(ApplicationMatch.objects.filter(**_handed_in(round_)).values_list("match__quote_id", flat=True))
    rows = QuoteLine.objects.filter(
        quote__in=last, quote__request__institution__ref__in=institutions, quantity__gt=1, unit_price_won__gt=0
    )
    columns = (
        "quote_id", "quote__ref", "quote__request__institution__ref", "quote__request__need__company__ref", "kind", "unit",
        "quote__request__dataset_id", "quote__request__offer_id", "unit_price_won",
    )  # fmt: skip
    return [
        Price(ref, institution, company, f"{kind}|{unit.strip().lower()}|{dataset or f'offer {offer}'}", won, pk in chosen)
        for pk, ref, institution, company, kind, unit, dataset, offer, won in rows.values_list(*columns)
    ]


def _shares(institutions: Collection[str]) -> list[Share]:
    """What each provider of the round earns by agreements that ever took force, and of whom."""
    rows = AgreementLine.objects.filter(payee__ref__in=institutions, agreement__activated_at__isnull=False)
    summed: dict[tuple[str, str], int] = defaultdict(int)
    projects: dict[tuple[str, str], int] = defaultdict(int)
    columns = ("agreement_id", "agreement__company__ref", "payee__ref")
    for _agreement, company, payee, won in rows.values(*columns).annotate(won=Sum("amount_won")).values_list(*columns, "won"):
        summed[company, payee] += won
        projects[company, payee] += 1
    total: dict[str, int] = defaultdict(int)
    for (_company, payee), won in summed.items():
        total[payee] += won
    return [Share(company, payee, projects[company, payee], won, total[payee]) for (company, payee), won in summed.items()]


def rounds_to_sweep() -> Any:
    """Those to which somebody applied and that are not archived; a rehearsal has nobody to suspect."""
    applied = Application.objects.filter(submitted_at__isnull=False).values("round_id")
    found = Round.objects.filter(pk__in=applied, is_reference=False).exclude(status__in=["ARCHIVED", "CANCELLED"])
    return found.exclude(kind="REHEARSAL").order_by("pk")
