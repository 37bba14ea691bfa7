"""Quotes that wait inside the institution for agreement."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation, User
from portal.accounts.rules import Role
from portal.kit.words import pick
from providers.institutions.models import Institution
from vouchers.matching.models import QuoteDraft, QuoteLine, QuoteRequest
from vouchers.matching.queries.lines import amount_of, title_of, too_few
from vouchers.matching.queries.quotes import LineShown, mode_words
from vouchers.matching.rules import agreeing, comparing, stages


def person_of(organisation: Organisation | None, email: str) -> User | None:
    """The member of this organisation with that address. One query."""
    return accounts.users_of(organisation).filter(email__iexact=email).first() if organisation is not None else None


def person_in(organisation: Organisation | None, user: User) -> bool:
    """Whether this person belongs to the organisation now. One query."""
    return organisation is not None and accounts.membership_in(organisation, user).exists()


def has_approver(organisation: Organisation | None, *besides: Any) -> bool:
    """Whether somebody other than these people agrees to the institution's quotes. One query."""
    others = [one.pk for one in besides if one is not None]
    return accounts.holders_of(Role.PROVIDER_APPROVER, organisation).exclude(pk__in=others).exists()


def draft_of_link(token_hash: str) -> QuoteDraft | None:
    """What the secret of a mailed link points to, whatever became of it. One query."""
    if not token_hash:
        return None
    found = QuoteDraft.objects.filter(token_hash=token_hash)
    return found.select_related("request__institution", "request__offer", "request__need__company", "prepared_by").first()


@dataclass(frozen=True)
class Terms:
    """The terms of a draft under the names that a quote has."""

    supply_amount_won: int
    vat_won: int
    valid_until: date
    earliest_delivery_on: date | None
    lead_time_days: int | None
    access_mode: str
    assumptions: str
    band_min_won: int | None


@dataclass(frozen=True)
class DraftSheet:
    """A draft as its page shows it, in the shape of a quote's sheet. waits: whose agreement is missing, in words."""

    draft: QuoteDraft
    quote: Terms
    lines: list[LineShown]
    mode: str
    waits: tuple[str, ...] = field(default_factory=tuple)
    departs: tuple[str, ...] = ()  # from the published offer or the need, in words
    left: bool = False  # who is named as investigator belongs to the institution no more


def draft_sheet(draft: QuoteDraft | None) -> DraftSheet | None:
    """Three queries at most: the words, the institutions that the lines name, the offer."""
    if draft is None:
        return None
    content = draft.content
    lines = stages.read_lines(content["lines"])
    named = {getattr(line, name) for line in lines for name in stages.PARTIES} - {None}
    names = {row.pk: pick(row, "name") for row in Institution.objects.filter(pk__in=named)}
    day = content["earliest_delivery_on"]
    shown = Terms(
        supply_amount_won=draft.supply_amount_won, vat_won=draft.vat_won, valid_until=date.fromisoformat(content["valid_until"]),
        earliest_delivery_on=date.fromisoformat(day) if day else None, lead_time_days=content["lead_time_days"],
        access_mode=content["access_mode"], assumptions=content["assumptions"], band_min_won=draft.band_min_won,
    )  # fmt: skip
    own = draft.request.institution_id
    mode = mode_words().get(shown.access_mode, shown.access_mode)
    departs = comparing.departures_of(shown, draft.request.offer, draft.request.need.document)
    short = too_few(lines, draft.request.need.document)
    return DraftSheet(
        draft,
        shown,
        [_line(line, title_of(kept), names, own) for line, kept in zip(lines, content["lines"], strict=True)],
        mode,
        waits(draft),
        (*((short,) if short else ()), *(str(one.label) for one in departs)),
        _left(draft),
    )


def waits(draft: QuoteDraft) -> tuple[str, ...]:
    """Whose agreement a draft that is not sent still waits for, in words."""
    words = {
        "approver": gettext("the institution's approver"),
        "investigator": gettext("the principal investigator, %(name)s") % {"name": draft.investigator_name},
    }
    missing = agreeing.missing(
        approved=draft.approved_at is not None, investigator_needed=draft.investigator_needed,
        investigator_agreed=draft.investigator_agreed_at is not None,
    )  # fmt: skip
    return tuple(words[who] for who in missing) if draft.status == agreeing.DraftStatus.PREPARED else ()


def _left(draft: QuoteDraft) -> bool:
    """One query where somebody with an account still has to agree."""
    if draft.investigator_user is None or draft.investigator_agreed_at is not None:
        return False
    return not accounts.membership_in(draft.request.institution.organisation_id, draft.investigator_user).exists()


def newest_draft(request: QuoteRequest, user: Any) -> QuoteDraft | None:
    """The draft that waits or was returned last, for the institution's own people; nothing once it was sent. One query."""
    found = QuoteDraft.objects.visible_to(user).filter(request=request).order_by("-number")
    draft = found.select_related("prepared_by", "approved_by", "investigator_user").first()
    if draft is None or draft.status not in (agreeing.DraftStatus.PREPARED, agreeing.DraftStatus.RETURNED):
        return None
    draft.request = request
    return draft


def drafts_visible(requests: Iterable[QuoteRequest], user: Any) -> list[QuoteDraft]:
    """Every draft of the requests that this person may see: for their history."""
    return list(QuoteDraft.objects.visible_to(user).filter(request__in=list(requests)).order_by("pk"))


def _line(line: stages.Line, title: str, names: dict[int, str], own: int) -> LineShown:
    labels = {
        "data_holder": gettext("Data holder"), "contracting_party": gettext("Contracting party"),
        "reviewing_board": gettext("Reviewing board"), "payee": gettext("Payee"),
    }  # fmt: skip
    parties = {name: getattr(line, name) or own for name in stages.PARTIES}
    others = "; ".join(f"{labels[name]}: {names[pk]}" for name, pk in parties.items() if pk != own)
    shown = QuoteLine(
        kind=line.kind, description=line.description, unit=line.unit, quantity=line.quantity, unit_price_won=line.unit_price_won,
        amount_won=line.amount_won, tax_kind=line.tax_kind,
    )  # fmt: skip
    return LineShown(shown, title, amount_of(line.quantity, line.unit), others)
