"""Agreements as their parties see them; the check of their hashes."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation
from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.words import day
from vouchers.agreements import rules
from vouchers.agreements.models import Agreement, AgreementParty, AgreementVersion, Voucher
from vouchers.applications.models import ApplicationMatch
from vouchers.evaluation import queries as evaluation
from vouchers.evaluation.models import Award
from vouchers.matching.models import QuoteLine
from vouchers.objections import queries as objections
from vouchers.rounds.models import Round
from vouchers.rounds.rules import money as money_formula

# Of the rows that a list shows, by hand: what the ORM builds for the same three costs a fifth of the page.
_PROJECT = """SELECT ap.title FROM vouchers_award aw JOIN vouchers_application ap ON ap.id = aw.application_id
WHERE aw.id = vouchers_agreement.award_id"""
_PARTIES = (
    "SELECT count(*) FROM vouchers_agreementparty pa WHERE pa.agreement_id = vouchers_agreement.id AND pa.refused_at IS NULL"
)
_SIGNED = f"{_PARTIES} AND pa.signed_at IS NOT NULL"


def listed(user: Any) -> QuerySet[Agreement]:
    """What somebody may see, the newest first, with the project's title, counts of parties and signatures, and whether they left
    it by a change."""
    mine = AgreementParty.objects.filter(agreement=OuterRef("pk"), organisation_id__in=accounts.organisation_ids_of(user))
    left = Value(False) if accounts.sees_all(user) else ~Exists(mine.filter(left_by__isnull=True))
    return (
        Agreement.objects.visible_to(user)
        .select_related("company", "round")
        .only(
            "ref",
            "number",
            "status",
            "grant_won",
            "starts_on",
            "ends_on",
            "company__name_ko",
            "company__name_en",
            "round__title_ko",
            "round__title_en",
        )
        .annotate(left=left, project=RawSQL(_PROJECT, []), party_count=RawSQL(_PARTIES, []), signed_count=RawSQL(_SIGNED, []))
        .order_by("-created_at", "-id")
    )


def provisional(programme: Round) -> Any:
    """Why no agreement of this round is sent or takes force yet, and until when; empty: nothing hinders. At most two queries
    beside the policy."""
    if not programme.policy().selection.provisional:
        return ""
    last, unserved = evaluation.objection_window(programme)
    found = objections.reviewed_against_selection(programme)
    why = rules.waits_for(
        provisional=True, unserved=unserved, last_day=last, reviewed=found is not None, now=clock.now()
    )  # fmt: skip
    if why == rules.Waiting.OBJECTION and found is not None:
        return _(
            "An admissible objection against this selection is under review; its answer is due on %(day)s. The results are "
            "provisional until then, and agreements wait."
        ) % {"day": day(_last_day(found.due_at))}
    if why == rules.Waiting.LETTERS:
        return _(
            "The results of this call are provisional: letters not delivered yet: %(n)d. The time to object begins with their "
            "delivery, and agreements wait for its end."
        ) % {"n": unserved}
    if why == rules.Waiting.WINDOW and last is not None:
        return _(
            "The results of this call are provisional until the end of %(day)s, the last day to object. Agreements wait for it."
        ) % {"day": day(last)}
    return ""


def _last_day(due_at: datetime) -> date:
    """The day that a due moment (24:00) belongs to."""
    return clock.to_kst(due_at - timedelta(microseconds=1)).date()


def not_yet_complete(agreement: Agreement) -> str:
    """Why an agreement cannot be completed yet; empty once no change of it is open and its deliveries are settled, which the later
    room says by a duty."""
    if agreement.changes.filter(status__in=rules.OPEN_CHANGES).exists():
        return _("A change of this agreement is not settled yet. Decide about it or drop it, then complete the agreement.")
    if agreement.status != rules.AgreementStatus.ACTIVE or journal.owing("complete_agreement", [agreement.ref]):
        return ""
    return str(rules.NOT_YET_COMPLETE)


def first_day_of(*, match_id: int) -> date | None:
    """The first day of the agreement that this match became; None while there is none (or it was terminated)."""
    live = Agreement.objects.exclude(status=rules.AgreementStatus.TERMINATED).filter(lines__match_id=match_id)
    return live.order_by("starts_on").values_list("starts_on", flat=True).first()


def period_of(*, match_ids: Iterable[int]) -> tuple[date | None, date | None]:
    """First and last day of the agreement that these matches became; (None, None) while there is none."""
    live = Agreement.objects.exclude(status=rules.AgreementStatus.TERMINATED).filter(lines__match_id__in=list(match_ids))
    return live.order_by("starts_on").values_list("starts_on", "ends_on").first() or (None, None)


def lines_for(award: Award) -> list[QuoteLine]:
    """The quote lines of every match that the application chose and both sides confirmed, in order: of the final quote where the
    match stands on a letter of intent, of the letter itself while there is none. Two queries."""
    return list(
        QuoteLine.objects.filter(quote_id__in=match_of_quote(award))
        .select_related("quote__request__institution", "data_holder", "contracting_party", "reviewing_board", "payee")
        .order_by("quote_id", "position")
    )


def match_of_quote(award: Award) -> dict[int, int]:
    """Id of the quote that counts → match id of the application's confirmed matches."""
    rows = ApplicationMatch.objects.filter(application_id=award.application_id, match__status="CONFIRMED")
    found = rows.values_list("match__final_quote_id", "match__quote_id", "match_id")
    return {final_id or quote_id: match_id for final_id, quote_id, match_id in found}


def only_intended(lines: Iterable[QuoteLine]) -> str:
    """Why nothing can be agreed from these lines yet: which providers gave a letter of intent and no final quote. Empty: nothing."""
    names = dict.fromkeys(str(line.quote.request.institution) for line in lines if line.quote.band_min_won is not None)
    if not names:
        return ""
    return _(
        "%(names)s gave a letter of intent. An agreement is drafted from the final quote, which keeps within the letter's price band: draft it once that quote is here."
    ) % {"names": ", ".join(names)}


def money_for(award: Award, lines: list[QuoteLine]) -> dict[str, Any]:
    """The agreement's amounts in whole won: the formula over the agreed lines, never above the award."""
    application = award.application
    supply = sum(line.amount_won for line in lines)
    found = money_formula(
        supply_won=supply,
        taxable_won=sum(line.amount_won for line in lines if line.tax_kind == "TAXABLE"),
        company_size=application.company_size,
        cap_won=application.track.cap_won,
        policy=application.round.policy(),
        region=application.region,
    )
    grant = min(award.grant_won, found.grant_won)
    return {
        "supply_won": supply,
        "vat_won": rules.vat_won([(line.payee_id, line.amount_won, line.tax_kind) for line in lines]),
        "grant_won": grant,
        "own_cash_won": supply - grant,
        "rate_percent": f"{(found.rate * 100).normalize():f}",
        "by_rate_won": int((Decimal(supply) * found.rate).to_integral_value(rounding=ROUND_FLOOR)),
    }


def operator_for(user: Any, is_demo: bool) -> Organisation | None:
    """The operating agency that signs: the drafter's own, else the one of the same world (demo or real)."""
    own = accounts.organisation_of(user, "OPERATOR")
    return own or Organisation.objects.filter(kind="OPERATOR", is_demo=is_demo).order_by("pk").first()


def party_of(agreement: Agreement, user: Any) -> AgreementParty | None:
    """The party for which somebody may sign: an unsigned one first. None when there is none."""
    mine = [
        party
        for party in agreement.taking_part().select_related("organisation", "signed_by")
        if user.has_perm("vouchers.sign_agreement", party)
        and (party.organisation_id in accounts.organisation_ids_of(user) or party.role == rules.PartyRole.OPERATOR)
    ]
    return next((party for party in mine if party.signed_at is None), mine[0] if mine else None)


def waiting_for(agreement: Agreement) -> list[AgreementParty]:
    """Who has not signed yet, in the order of the document."""
    return [party for party in agreement.taking_part().select_related("organisation") if party.signed_at is None]


def intact(agreement: Agreement) -> bool:
    """Whether every version's content still has the hash that was signed, each following the one before, and none that was only
    noted says other money than what was signed."""
    return _holds(list(agreement.versions.select_related("change")))


def _holds(versions: list[AgreementVersion]) -> bool:
    chained = rules.chain_holds([(v.body, v.previous_hash, v.content_hash) for v in versions])
    return chained and not noted_apart(versions)


def noted_apart(versions: Iterable[AgreementVersion]) -> list[int]:
    """Numbers of versions that were only noted and say something else than what was signed, oldest first."""
    return rules.noted_apart([(v.body, v.change.status if v.change else "") for v in versions])


def faults() -> Iterator[str]:
    """What `manage.py verify` must find empty: agreements whose versions were tampered with, signatures over another hash."""
    parts = ("versions__change", "versions__signatures", "parties", "lines")
    for agreement in Agreement.objects.prefetch_related(*parts).iterator(chunk_size=200):
        versions = list(agreement.versions.all())
        if not rules.chain_holds([(v.body, v.previous_hash, v.content_hash) for v in versions]):
            yield f"agreement {agreement.ref}: the chain of its versions is broken"
        for number in noted_apart(versions):
            yield f"agreement {agreement.ref}: version {number} was only noted and says something else than what was signed"
        first_signed = [version.content_hash for version in versions if version.change_id is None][-1]
        for party in agreement.parties.all():
            if party.signed_hash and party.signed_hash != first_signed:
                yield f"agreement {agreement.ref}: {party.ref} signed another text"
        yield from _change_faults(agreement, versions)
    for voucher in Voucher.objects.select_related("agreement").iterator():
        if voucher.grant_won != voucher.agreement.grant_won:
            yield f"voucher {voucher.ref}: another amount than its agreement"


def _change_faults(agreement: Agreement, versions: list[AgreementVersion]) -> Iterator[str]:
    """Rows that say something else than the version that holds; changed texts in force that somebody signed otherwise."""
    holding = [one for one in versions if one.change is None or one.change.status in rules.HELD_CHANGES][-1]
    money = holding.body["money"]
    sums = {"grant_won": agreement.grant_won, "supply_won": agreement.supply_amount_won, "vat_won": agreement.vat_won}
    if any(money[name] != held for name, held in sums.items()):
        yield f"agreement {agreement.ref}: other amounts than version {holding.number}"
    lines = sorted(agreement.lines.all(), key=lambda line: line.position)
    said = [line["amount_won"] for line in holding.body["lines"]]
    if [line.amount_won for line in lines] != said + [0] * (len(lines) - len(said)):  # of who was to join nothing is agreed yet
        yield f"agreement {agreement.ref}: other lines than version {holding.number}"
    for version in versions:
        if any(one.signed_hash != version.content_hash for one in version.signatures.all()):
            yield f"agreement {agreement.ref}: a signature over another text than version {version.number}"
