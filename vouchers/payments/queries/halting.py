"""Suspension and termination: what one does to the money now, who still has to agree or may be heard, in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.kit import clock
from portal.kit.words import day, pick
from vouchers.agreements import queries as agreed
from vouchers.agreements import rules as agreement_rules
from vouchers.agreements.models import Agreement, AgreementHalt, AgreementParty, HaltRecovery, Voucher
from vouchers.ledger import queries as ledger
from vouchers.milestones.models import Milestone
from vouchers.milestones.rules import MilestoneStatus
from vouchers.payments import rules
from vouchers.payments.models import Disbursement, PaymentAttempt

H, K = agreement_rules.HaltStatus, agreement_rules.HaltKind
OUT = rules.LIVE_ATTEMPTS - {rules.AttemptState.CLAIMED}  # what was claimed and not sent is dropped


def halts_for(user: Any) -> QuerySet[AgreementHalt]:
    """What this person may see, with everything that a page shows."""
    return AgreementHalt.objects.visible_to(user).select_related(
        "agreement__company__organisation", "agreement__round", "agreement__award__application__track", "at_fault__organisation",
        "at_fault__institution", "asked_for__organisation", "asked_by", "decided_by", "released",
    )  # fmt: skip


def open_halt(agreement: Agreement) -> AgreementHalt | None:
    return agreement.halts.filter(status__in=agreement_rules.OPEN_HALTS).first()


def consequences(agreement: Agreement, kind: str, ground: str, at_fault: AgreementParty | None) -> rules.Consequences:
    """What a suspension or termination would do to the money now. Six queries, however many deliveries and payments there are."""
    parties = list(agreement.parties.all())
    of_organisation = {party.organisation_id: party.pk for party in parties}
    company = next(party.pk for party in parties if party.role == agreement_rules.PartyRole.COMPANY)
    voucher = Voucher.objects.get(agreement=agreement)
    held = ledger.voucher_balance(voucher.ref)
    rows = Disbursement.objects.filter(milestone__agreement=agreement).select_related("payee").order_by("pk")
    out = set(PaymentAttempt.objects.filter(disbursement__in=rows, state__in=OUT).values_list("disbursement_id", flat=True))
    planned = Milestone.objects.filter(agreement=agreement).exclude(status=MilestoneStatus.DROPPED).select_related("institution")
    return rules.consequences(
        kind, ground, at_fault=at_fault.pk if at_fault else None, company=company, grant_won=voucher.grant_won, open_won=held.open_won,
        paid_won=held.paid_won,
        deliveries=[
            rules.Delivery(one.ref, of_organisation[one.institution.organisation_id], one.grant_won, one.status == MilestoneStatus.ACCEPTED)
            for one in planned.order_by("number") if one.institution.organisation_id is not None
        ],
        claims=[
            rules.Claim(
                one.ref, of_organisation[one.payee.organisation_id], one.amount_won, paid=one.status == "PAID",
                under_way=one.pk in out, closed=one.status == "CLOSED",
            )
            for one in rows if one.payee.organisation_id is not None
        ],
        ordered={party.pk: party.ordered_back_won for party in parties if party.ordered_back_won},
    )  # fmt: skip


def preview_halt(
    agreement: Agreement, *, kind: str, way: str, ground: str, statement: str, at_fault: str = ""
) -> tuple[rules.Consequences, str]:
    """What `actions.propose_halt` would write now, and the hash of it with what is asked. at_fault: ref of a party, "" for none."""
    party = agreement.parties.filter(ref=at_fault).first() if at_fault else None
    figures = consequences(agreement, kind, ground, party)
    return figures, rules.halt_hash(asked(agreement, kind, way, ground, party, statement.strip()), figures.document())


def asked(
    agreement: Agreement, kind: str, way: str, ground: str, at_fault: AgreementParty | None, statement: str
) -> dict[str, str]:
    """What is asked, as it is hashed with its figures."""
    return {
        "agreement": agreement.ref, "kind": str(kind), "way": str(way), "ground": str(ground),
        "at_fault": at_fault.ref if at_fault else "", "statement": statement,
    }  # fmt: skip


def content_hash(row: AgreementHalt, figures: rules.Consequences) -> str:
    """Of this halt with these figures."""
    what = asked(row.agreement, row.kind, row.way, row.ground, row.at_fault, row.statement)
    return rules.halt_hash(what, figures.document())


def fresh_figures(row: AgreementHalt) -> rules.Consequences:
    """As they would be now."""
    return consequences(row.agreement, row.kind, row.ground, row.at_fault)


def moved(row: AgreementHalt) -> bool:
    """Whether money or deliveries moved since the figures of an open one were shown."""
    return row.status in agreement_rules.OPEN_HALTS and fresh_figures(row) != rules.consequences_of(row.figures)


def consents(row: AgreementHalt) -> list[tuple[AgreementParty, Any]]:
    """Every party that takes part and its consent to what stands now (None while it is missing), in the order of the document."""
    given = {
        one.party_id: one for one in row.consents.filter(signed_hash=row.content_hash).select_related("signed_by", "authority")
    }
    return [(party, given.get(party.pk)) for party in _parties(row.agreement)]


def opinions(row: AgreementHalt) -> list[tuple[AgreementParty, Any]]:
    """Every party that may be heard and its opinion (None while it gave none)."""
    given = {one.party_id: one for one in row.opinions.select_related("given_by")}
    return [(party, given.get(party.pk)) for party in concerned(row.agreement)]


def concerned(agreement: Agreement) -> list[AgreementParty]:
    """Who may give an opinion: everybody but the operating agency, which gives the notice."""
    return [party for party in _parties(agreement) if party.role != agreement_rules.PartyRole.OPERATOR]


def _parties(agreement: Agreement) -> list[AgreementParty]:
    return list(agreement.taking_part().select_related("organisation", "institution"))


def consents_for(row: AgreementHalt, user: Any) -> AgreementParty | None:
    """The party for which somebody may agree and has not yet."""
    return _missing(row, consents(row), user, "vouchers.sign_agreement") if row.status == H.PROPOSED else None


def heard_for(row: AgreementHalt, user: Any) -> AgreementParty | None:
    """The party for which somebody may give an opinion and has not yet, while there is time."""
    if row.status != H.NOTICED or row.opinion_until is None or clock.today() > row.opinion_until:
        return None
    return _missing(row, opinions(row), user, "vouchers.request_halt")


def _missing(
    row: AgreementHalt, given: Iterable[tuple[AgreementParty, Any]], user: Any, permission: str
) -> AgreementParty | None:
    mine = agreed.own_party(row.agreement, user, permission)
    return mine if mine is not None and mine.pk in {party.pk for party, one in given if one is None} else None


def decision_waits(row: AgreementHalt) -> str:
    """Why a notice cannot be decided yet, as a sentence; empty: it can."""
    if row.status != H.NOTICED or row.opinion_until is None:
        return ""
    given = opinions(row)
    if not agreement_rules.decision_waits(
        row.kind, row.ground, opinion_until=row.opinion_until, today=clock.today(), concerned=[party.pk for party, _one in given],
        heard=[party.pk for party, one in given if one],
    ):  # fmt: skip
        return ""
    return _(
        "The parties may give their opinions until the end of %(day)s. It is decided after that, or once all were heard."
    ) % {"day": day(row.opinion_until)}


def names(agreement: Agreement) -> dict[int, str]:
    """Party id → its name in the reader's language."""
    rows = agreement.parties.select_related("organisation", "institution")
    return {party.pk: pick(party.institution or party.organisation, "name") for party in rows}


def said_recoveries(figures: rules.Consequences, named: Mapping[int, str]) -> list[dict[str, Any]]:
    return [{"name": named[one.party], "row": one} for one in figures.recoveries]


def said_payments(figures: rules.Consequences, named: Mapping[int, str]) -> list[dict[str, Any]]:
    return [{"name": named[one.party], "row": one, "fate": rules.PaymentFate.word(one.fate)} for one in figures.payments]


def recoveries_of(row: AgreementHalt) -> QuerySet[HaltRecovery]:
    return row.recoveries.select_related("party__organisation", "party__institution")


def halt_faults() -> Iterator[str]:
    """What `verify` must find empty: halts whose hash is not that of what they say, terminations of which the ledger released, or of
    which parties pay back, something else than was shown."""
    rows = AgreementHalt.objects.select_related("agreement", "at_fault", "released").prefetch_related("recoveries")
    for row in rows.order_by("pk").iterator(chunk_size=200):
        figures = rules.consequences_of(row.figures)
        if content_hash(row, figures) != row.content_hash:
            yield f"halt {row.ref}: its hash is not that of what it says"
        if row.status != H.EXECUTED:
            continue
        released = row.released.amount_won if row.released else 0
        if not released == row.released_won == figures.released_won:
            yield f"halt {row.ref}: {figures.released_won} won were shown as released, the ledger has {released}"
        owed = {one.party_id: one.amount_won for one in row.recoveries.all()}
        if owed != {one.party: one.amount_won for one in figures.recoveries}:
            yield f"halt {row.ref}: other parties pay back than were shown"
        for one in row.recoveries.all():
            if (booked := ledger.recovered_under(one.ref)) != one.recovered_won:
                yield f"recovery {one.ref}: says {one.recovered_won} won came back, the ledger has {booked}"
