"""Who bears what: people, addresses, accounts and networks of a round's applicants and of their providers."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unicodedata import normalize

from portal.accounts.models import Membership
from portal.accounts.rules import MembershipStatus
from portal.journal.models import AccessLog
from portal.kit.digests import network
from providers.institutions.models import Institution
from vouchers.applications.models import Application
from vouchers.evaluation.rules.conflicts import mail_domain
from vouchers.payments.models import PayeeAccount
from vouchers.rounds.models import Round
from vouchers.rounds.rules import ConflictPolicy, Trait
from vouchers.signals.rules import ACCOUNT_HOLDER, ACCOUNT_NUMBER, Mark, Side

T = Trait
LEAST_ADDRESS = 8  # letters and digits of an address that says more than a town


@dataclass(frozen=True)
class Organisations:
    """of: organisation's id → (side, reference of the company or institution). domains: as they were judged by `public`."""

    of: dict[int, tuple[str, str]]
    public: ConflictPolicy
    domains: dict[str, str] = field(default_factory=dict)

    def mail(self, address: str, side: str, party: str, source: str) -> Iterator[Mark]:
        if not address:
            return
        address = address.strip().lower()
        yield Mark(T.MAIL, address, side, party, source)
        own = address.rpartition("@")[2]
        if own not in self.domains:
            self.domains[own] = mail_domain(address, self.public)
        if self.domains[own]:
            yield Mark(T.DOMAIN, self.domains[own], side, party, source)


def plain(text: str) -> str:
    """Letters and digits alone, however they were spaced, cased or composed."""
    return re.sub(r"[\W_]+", "", normalize("NFKC", text).casefold())


def of_applicants(round_: Round, here: Organisations) -> Iterator[Mark]:
    """What companies say of themselves and how they handed in. One query."""
    names = (
        "ref", "network_digest", "submitted_by__ref", "company__ref", "company__organisation_id", "company__name_ko",
        "company__name_en", "company__address", "company__service_email",
    )  # fmt: skip
    rows = Application.objects.filter(round=round_, submitted_at__isnull=False).values_list(*names)
    for ref, digest, by, company, organisation, name_ko, name_en, address, mail in rows:
        here.of[organisation] = (Side.COMPANY, company)
        if digest:
            yield Mark(T.NETWORK, digest, Side.COMPANY, company, ref)
        if by:
            yield Mark(T.PERSON, by, Side.COMPANY, company, by)
        if len(place := plain(address)) >= LEAST_ADDRESS:
            yield Mark(T.ADDRESS, place, Side.COMPANY, company, company)
        yield from here.mail(mail, Side.COMPANY, company, company)
        for name in {plain(name_ko), plain(name_en)} - {""}:
            yield Mark(T.ACCOUNT, ACCOUNT_HOLDER + name, Side.COMPANY, company, company)


def of_providers(institutions: Collection[str], here: Organisations, families: dict[str, frozenset[str]]) -> Iterator[Mark]:
    """What providers say of themselves and where they are paid. Two queries."""
    columns = ("ref", "organisation_id", "organisation__ref", "consortium", "desk_email")
    for ref, organisation, whose, consortium, mail in Institution.objects.filter(ref__in=institutions).values_list(*columns):
        families[ref] = frozenset({whose, consortium} - {None, ""})
        if organisation:
            here.of[organisation] = (Side.INSTITUTION, ref)
        yield from here.mail(mail, Side.INSTITUTION, ref, ref)
    accounts = PayeeAccount.objects.filter(institution__ref__in=institutions, is_current=True)
    for ref, institution, bank, number, holder, contact in accounts.values_list(
        "ref", "institution__ref", "bank_code", "number", "holder", "contact"
    ):
        yield Mark(T.ACCOUNT, f"{ACCOUNT_NUMBER}{bank}:{re.sub(r'[^0-9]', '', number)}", Side.INSTITUTION, institution, ref)
        if name := plain(holder):
            yield Mark(T.ACCOUNT, ACCOUNT_HOLDER + name, Side.INSTITUTION, institution, ref)
        yield from here.mail(contact, Side.INSTITUTION, institution, ref)


def of_people(round_: Round, here: Organisations) -> Iterator[Mark]:
    """The members of both sides, and the networks from which they signed in and looked at others' cases. Three queries."""
    members = Membership.objects.filter(organisation_id__in=list(here.of), status=MembershipStatus.ACTIVE, user__is_active=True)
    acts_for: dict[int, set[tuple[str, str]]] = defaultdict(set)
    refs: dict[int, str] = {}
    columns = ("organisation_id", "is_representative", "user_id", "user__ref", "user__name", "user__email")
    for organisation, represents, pk, ref, name, mail in members.values_list(*columns):
        side, party = here.of[organisation]
        acts_for[pk].add((side, party))
        refs[pk] = ref
        yield Mark(T.PERSON, ref, side, party, ref)
        yield from here.mail(mail, side, party, ref)
        if represents and (called := plain(name)):
            yield Mark(T.NAME, called, side, party, ref)
            if side == Side.COMPANY:
                yield Mark(T.ACCOUNT, ACCOUNT_HOLDER + called, side, party, ref)
    # every sign-in that is kept still, and what they looked at: by the address of then, of which a digest alone leaves here
    signed_in: Any = import_module("allauth.usersessions.models").UserSession.objects.filter(user_id__in=list(refs))
    looked: Any = AccessLog.objects.filter(by_id__in=list(refs)).exclude(source="")
    if round_.opens_at is not None:
        looked = looked.filter(at__gte=round_.opens_at)
    places = {*looked.values_list("by_id", "source").distinct(), *signed_in.values_list("user_id", "ip").distinct()}
    for pk, address in sorted(places):
        for side, party in acts_for[pk]:
            if digest := network(address):
                yield Mark(T.NETWORK, digest, side, party, refs[pk])
