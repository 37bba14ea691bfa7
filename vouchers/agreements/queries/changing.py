"""What an agreement says now, what it would say after a change, and the difference in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.kit import words
from portal.kit.won import won
from vouchers.agreements import rules
from vouchers.agreements.models import Agreement, AgreementChange, AgreementParty, AgreementVersion, VersionSignature, Voucher
from vouchers.agreements.models.agreeing import TAKES_PART
from vouchers.agreements.queries.joining import with_joining
from vouchers.ledger import queries as ledger
from vouchers.rounds.rules import Money
from vouchers.rounds.rules import money as money_formula


def terms(agreement: Agreement) -> rules.Terms:
    """What its rows say. Two queries."""
    lines = tuple(
        rules.LineTerms(
            line.position, line.payee_id, line.tax_kind, line.amount_won, line.description, line.payee.name_ko, line.payee.name_en
        )
        for line in agreement.lines.select_related("payee").order_by("position")
    )
    contacts = {party.ref: party.contact.ref if party.contact else "" for party in agreement.parties.select_related("contact")}
    return rules.Terms(
        starts_on=agreement.starts_on, ends_on=agreement.ends_on, goal=agreement.goal, data_scope=agreement.data_scope,
        lines=lines, contacts=contacts, grant_won=agreement.grant_won,
    )  # fmt: skip


def signed_version(agreement: Agreement) -> AgreementVersion:
    """The text that every party signed last, or has to sign before the agreement takes force: a notice needs no signature."""
    signed = Q(change__isnull=True) | Q(change__status=rules.ChangeStatus.IN_FORCE)
    version = agreement.versions.filter(signed).order_by("-number").first()
    assert version is not None, "an agreement is born with its first version"
    return version


def signed_lines(agreement: Agreement) -> list[rules.LineTerms]:
    """The lines of the text that every party signed last."""
    return [
        rules.LineTerms(line.get("position", place), 0, line["tax_kind"], line["amount_won"])
        for place, line in enumerate(signed_version(agreement).body["lines"], 1)
    ]


def wanted_terms(
    agreement: Agreement,
    *,
    amounts: Mapping[int, int],
    starts_on: date | None = None,
    ends_on: date | None = None,
    goal: str | None = None,
    data_scope: str | None = None,
    contacts: Mapping[str, str] | None = None,
    join: Iterable[str] = (),
) -> rules.Terms:
    """What the agreement would say: what is not given stays. amounts: position of a line → whole won; join: refs of matches whose
    providers are brought in; grant, own share and VAT follow by the formula."""
    now = terms(agreement)
    lines = tuple(replace(line, amount_won=amounts.get(line.position, line.amount_won)) for line in now.lines)
    given: dict[str, Any] = {"starts_on": starts_on, "ends_on": ends_on, "goal": goal, "data_scope": data_scope}
    wanted = replace(
        now, lines=lines, contacts={**now.contacts, **(contacts or {})},
        **{name: value for name, value in given.items() if value is not None},
    )  # fmt: skip
    wanted = with_joining(agreement, wanted, list(join)) if join else wanted
    grant = rules.changed_grant(
        formula_of(agreement, wanted).grant_won, held_won=now.grant_won, award_won=agreement.award.grant_won,
        supply_before_won=now.supply_won, supply_after_won=wanted.supply_won,
        may_rise=agreement.round.policy().changing.grant_may_rise,
    )  # fmt: skip
    return replace(wanted, grant_won=grant)


def formula_of(agreement: Agreement, wanted: rules.Terms) -> Money:
    """The one formula of domain.md §1.9 over changed lines."""
    application = agreement.award.application
    return money_formula(
        supply_won=wanted.supply_won,
        taxable_won=sum(line.amount_won for line in wanted.lines if line.tax_kind == "TAXABLE"),
        company_size=application.company_size,
        cap_won=application.track.cap_won,
        policy=agreement.round.policy(),
        region=application.region,
    )


def rate_facts(agreement: Agreement, wanted: rules.Terms) -> tuple[str, int]:
    """The rate in percent as text, and what it alone would give, whole won."""
    rate = formula_of(agreement, wanted).rate
    return f"{(rate * 100).normalize():f}", int((Decimal(wanted.supply_won) * rate).to_integral_value(rounding=ROUND_FLOOR))


def parts_of(agreement: Agreement, before: rules.Terms, after: rules.Terms) -> tuple[rules.ChangePart, ...]:
    return rules.parts_of(before, after, signed_lines(agreement), agreement.round.policy().changing.shift_share)


def paid_won(agreement: Agreement) -> int:
    voucher = Voucher.objects.filter(agreement=agreement).first()
    return ledger.voucher_balance(voucher.ref).paid_won if voucher else 0


def available_won(agreement: Agreement) -> int:
    """What the round has left to give."""
    return ledger.balance(agreement.round_id, "AVAILABLE", agreement.round.ref)


def open_change(agreement: Agreement) -> AgreementChange | None:
    """The one change that is not settled yet."""
    return agreement.changes.filter(status__in=rules.OPEN_CHANGES).first()


def changes_for(user: Any) -> QuerySet[AgreementChange]:
    """What this person may see, with everything that a page shows."""
    return AgreementChange.objects.visible_to(user).select_related(
        "agreement__company__organisation", "agreement__round", "agreement__award__application__track", "base",
        "asked_for__organisation", "asked_by", "decided_by",
    )  # fmt: skip


def own_party(agreement: Agreement, user: Any, permission: str = "vouchers.request_change") -> AgreementParty | None:
    """The party for which somebody may ask for a change (or what else `permission` allows); an office asks for the operating agency."""
    mine = accounts.organisation_ids_of(user)
    for party in agreement.taking_part().select_related("organisation", "contact"):
        if user.has_perm(permission, party) and (party.organisation_id in mine or party.role == rules.PartyRole.OPERATOR):
            return party
    return None


def taking_part(agreement: Agreement, after: rules.Terms) -> list[AgreementParty]:
    """The parties that go on under these terms, in the order of the document, and who joins by them: a provider for which nothing is
    agreed (any more) does not sign."""
    payees: dict[int, set[int]] = {}
    for line in agreement.lines.select_related("contracting_party", "payee"):
        for institution in (line.contracting_party, line.payee):
            if institution.organisation_id:
                payees.setdefault(institution.organisation_id, set()).add(line.payee_id)
    sums = after.by_payee()
    return [
        party
        for party in agreement.parties.filter(TAKES_PART | Q(joined_by__status="APPROVED")).select_related(
            "organisation", "institution"
        )
        if rules.stays(party.role, payees.get(party.organisation_id, ()), sums)
    ]


def signed_parties(version: AgreementVersion) -> list[tuple[AgreementParty, Any]]:
    """The parties of a text and each one's signature over it (signed_by, signed_at; None while it is missing), in the order of the
    document. Two queries."""
    parties = version.agreement.parties.select_related("organisation", "institution", "signed_by", "authority")
    if version.change_id is None:
        return [(party, party if party.signed_at else None) for party in parties if party.refused_at is None]
    named, given = {party["ref"] for party in version.body["parties"]}, signatures_over(version)
    return [(party, given.get(party.pk)) for party in parties if party.ref in named]


def signatures(version: AgreementVersion) -> list[rules.Signature]:
    """Who signed a text and when, in the order of the document."""
    return [
        rules.Signature(
            role=party.role, name_ko=(named := party.institution or party.organisation).name_ko, name_en=named.name_en,
            signer=given.signed_by.get_full_name() if given else "", at=given.signed_at if given else None,
        )
        for party, given in signed_parties(version)
    ]  # fmt: skip


def signatures_over(version: AgreementVersion) -> dict[int, VersionSignature]:
    """Party id → its signature over a changed text."""
    return {one.party_id: one for one in version.signatures.select_related("signed_by", "authority")}


def unsigned(change: AgreementChange) -> list[AgreementParty]:
    """Who still has to sign the changed text, in the order of the document."""
    version = AgreementVersion.objects.filter(change=change).first()
    signed = signatures_over(version) if version else {}
    return [party for party in taking_part(change.agreement, change.asked) if party.pk not in signed]


def signs_for(change: AgreementChange, user: Any) -> AgreementParty | None:
    """The party for which somebody may sign the changed text and has not yet."""
    mine = accounts.organisation_ids_of(user)
    for party in unsigned(change):
        if user.has_perm("vouchers.sign_agreement", party) and (
            party.organisation_id in mine or party.role == rules.PartyRole.OPERATOR
        ):
            return party
    return None


@dataclass(frozen=True)
class Preview:
    """What a change would be: its class, the words of its parts, the differences in words."""

    kind: rules.ChangeClass
    parts: list[str]
    differences: list[rules.Difference]


def preview(agreement: Agreement, party: AgreementParty, *, contact: str | None = None, **wanted: Any) -> Preview:
    """As `actions.request_change` would ask it, without asking."""
    before = terms(agreement)
    after = wanted_terms(agreement, contacts={party.ref: contact} if contact is not None else None, **wanted)
    parts = parts_of(agreement, before, after)
    found = differences(before, after, named=names_in(agreement, before, after))
    return Preview(rules.class_of(parts), part_words(parts), found)


def differences(before: rules.Terms, after: rules.Terms, *, named: Mapping[str, str] | None = None) -> list[rules.Difference]:
    """What was and what would be, in the reader's language. named: party and person ref → name, for contacts."""
    found = [*_line_differences(before, after), *_sum_differences(before, after)]
    part = rules.ChangePart
    days = (
        (_("The agreement starts on"), before.starts_on, after.starts_on),
        (_("The agreement ends on"), before.ends_on, after.ends_on),
    )
    found += [rules.Difference(part.PERIOD, name, words.day(was), words.day(then)) for name, was, then in days if was != then]
    texts = ((part.GOAL, before.goal, after.goal), (part.SCOPE, before.data_scope, after.data_scope))
    found += [
        rules.Difference(code, str(part.word(code)), was or _("not written"), then or _("not written"))
        for code, was, then in texts
        if was != then
    ]
    names = named or {}
    for ref, then in after.contacts.items():
        was = before.contacts.get(ref, "")
        if was != then:
            found.append(
                rules.Difference(
                    part.CONTACT,
                    f"{part.word(part.CONTACT)} · {names.get(ref, ref)}",
                    names.get(was) or _("nobody"),
                    names.get(then) or _("nobody"),
                )
            )
    return found


def _line_differences(before: rules.Terms, after: rules.Terms) -> list[rules.Difference]:
    held = {line.position: line for line in before.lines}
    sums, moved = after.by_payee(), []
    for line in after.lines:
        was = held[line.position].amount_won if line.position in held else 0
        if was == line.amount_won:
            continue
        code = rules.ChangePart.AMOUNT if sums.get(line.payee) and line.position in held else rules.ChangePart.PROVIDER
        name = f"{line.description} · {words.pick({'name_ko': line.payee_ko, 'name_en': line.payee_en}, 'name')}"
        moved.append(rules.Difference(code, name, won(was), won(line.amount_won), line.amount_won - was))
    return moved


def _sum_differences(before: rules.Terms, after: rules.Terms) -> list[rules.Difference]:
    sums = (
        (_("Supply amount (VAT excluded)"), before.supply_won, after.supply_won),
        (_("Grant (voucher)"), before.grant_won, after.grant_won),
        (_("Own cash"), before.own_cash_won, after.own_cash_won),
        (_("VAT, paid by the company"), before.vat_won, after.vat_won),
    )
    code = rules.ChangePart.AMOUNT
    return [rules.Difference(code, name, won(was), won(then), then - was) for name, was, then in sums if was != then]


def names_in(agreement: Agreement, *documents: rules.Terms) -> dict[str, str]:
    """Party ref → its name and person ref → name, of those that contacts name."""
    found = {party.ref: str(party) for party in agreement.parties.select_related("organisation", "institution")}
    people = {ref for one in documents for ref in one.contacts.values() if ref}
    return found | {user.ref: user.get_full_name() for user in User.objects.filter(ref__in=people)}


def said(change: AgreementChange) -> list[rules.Difference]:
    """A change's differences in words."""
    before, after = change.held, change.asked
    return differences(before, after, named=names_in(change.agreement, before, after))


def part_words(parts: Iterable[str]) -> list[str]:
    return [str(rules.ChangePart.word(part)) for part in parts]
