"""What a change of the agreement does to the plan of its deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.kit.won import won
from portal.kit.words import pick
from providers.institutions.models import Institution
from vouchers.agreements import rules as agreed
from vouchers.agreements.models import Agreement, AgreementChange
from vouchers.agreements.queries import terms
from vouchers.milestones import rules
from vouchers.milestones.models import Milestone


def parts(agreement: Agreement) -> list[rules.Part]:
    """Every milestone of an agreement. One query."""
    columns = ("institution_id", "status", "due_on", "amount_won", "grant_won", "vat_won")
    return [rules.Part(*row) for row in Milestone.objects.filter(agreement=agreement).values_list(*columns)]


def vat_by_payee(wanted: agreed.Terms) -> dict[int, int]:
    """Institution → VAT of its lines, whole won."""
    return {
        payee: agreed.vat_won([(line.payee, line.amount_won, line.tax_kind) for line in wanted.lines if line.payee == payee])
        for payee in wanted.by_payee()
    }


def hindered(change: AgreementChange) -> str:
    """Why what was delivered forbids a change, as a sentence that says what must stay; empty: nothing."""
    return hindrance(parts(change.agreement), change.asked)


def hindrance(held: Sequence[rules.Part], wanted: agreed.Terms) -> str:
    code, payee, least_won = rules.below_delivered(
        held, by_payee=wanted.by_payee(), vat_by_payee=vat_by_payee(wanted), grant_won=wanted.grant_won, own_won=wanted.own_cash_won
    )  # fmt: skip
    if not code:
        return ""
    facts = {"least": won(least_won), "name": pick(Institution.objects.get(pk=payee), "name") if payee else ""}
    sentences = {
        "lines": _("%(name)s delivered %(least)s already, so its lines cannot go below that."),
        "vat": _("%(name)s delivered taxable work with VAT of %(least)s already, so its taxable lines cannot go below that."),
        "grant": _("Of the grant %(least)s are paid or under way already, so it cannot go below that."),
        "own": _("What was delivered already has an own share of %(least)s, so the own cash cannot go below that."),
    }
    return sentences[code] % facts


@dataclass(frozen=True)
class Apart:
    """A provider whose open milestones no longer fit: what is left to plan, what is planned, which ones. Whole won."""

    institution: Institution
    left_won: int
    planned_won: int
    milestones: list[Milestone]


def apart(agreement: Agreement, wanted: agreed.Terms | None = None) -> list[Apart]:
    """Whose milestones are to be planned again under these terms (None: as the agreement stands). Nothing while none are planned."""
    under = wanted or terms(agreement)
    rows = list(Milestone.objects.filter(agreement=agreement).select_related("institution").order_by("number"))
    if not rows:
        return []
    held = [
        rules.Part(row.institution_id, row.status, row.due_on, row.amount_won, row.grant_won, row.vat_won) for row in rows
    ]  # fmt: skip
    wrong = rules.out_of_plan(
        held,
        rules.Agreed(
            under.by_payee(), vat_by_payee(under), under.grant_won, under.own_cash_won, under.starts_on, under.ends_on
        ),
    )  # fmt: skip
    left = rules.left_to_plan(held, under.by_payee())
    named: Mapping[int, Institution] = {one.pk: one for one in Institution.objects.filter(pk__in=wrong)}
    found = []
    for pk, institution in named.items():
        open_ones = [row for row in rows if row.institution_id == pk and row.status in rules.OPEN]
        found.append(Apart(institution, left[pk], sum(row.amount_won for row in open_ones), open_ones))
    return found


def open_milestones(agreement: Agreement) -> list[Milestone]:
    """What is still to be delivered, in the order of the plan."""
    return list(Milestone.objects.filter(agreement=agreement, status__in=rules.OPEN).order_by("number"))


def to_plan(agreement: Agreement) -> list[tuple[Institution, int]]:
    """Whose open milestones must add up to what, whole won, once the agreement was changed."""
    left = {pk: amount for pk, amount in rules.left_to_plan(parts(agreement), terms(agreement).by_payee()).items() if amount}
    return [(one, left[one.pk]) for one in Institution.objects.filter(pk__in=left).order_by("pk")]
