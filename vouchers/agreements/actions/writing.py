"""The text of an agreement: its body as plain JSON, its place in the chain of versions, its PDF."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import override

from portal.documents import actions as documents
from vouchers.agreements import queries, rules
from vouchers.agreements.actions.paper import paper
from vouchers.agreements.models import Agreement, AgreementChange, AgreementParty, AgreementVersion

P = rules.PartyRole


def write_version(
    agreement: Agreement,
    *,
    rate_percent: str,
    by_rate_won: int,
    by: Any,
    change: AgreementChange | None = None,
    clauses: Sequence[Mapping[str, str]] | None = None,
    terms: rules.Terms | None = None,
) -> AgreementVersion:
    """The next version: of the agreement as its rows stand, or as a change, or other terms, would have it; with the round's articles, and then those of
    the version before unless others are given. Writes: AgreementVersion, Document."""
    last = agreement.versions.order_by("-number").first()
    number, previous = (last.number + 1, last.content_hash) if last else (1, rules.GENESIS)
    terms = terms or (change.asked if change else queries.terms(agreement))
    body = _body(agreement, terms, number) | {"money": _money(terms, rate_percent, by_rate_won)}
    if last is not None:  # what was negotiated stays
        body["clauses"] = agreement.current().body["clauses"] if clauses is None else [dict(one) for one in clauses]
    if change is not None:
        body["change"] = _change(change)
    own = rules.content_hash(body, previous)
    document = documents.store_generated(
        name=f"{agreement.number}-v{number}.pdf",
        content=paper(body=body, content_hash=own, demo=agreement.round.is_demo, lang="ko"),
        media_type="application/pdf", kind="agreement", organisation=agreement.company.organisation, by=by,
    )  # fmt: skip
    version = AgreementVersion(
        agreement=agreement, number=number, body=body, content_hash=own, previous_hash=previous, document=document, change=change
    )  # fmt: skip
    version.save()
    return version


def _body(agreement: Agreement, terms: rules.Terms, number: int) -> dict[str, Any]:
    """Everything that is signed but the money's sums, as plain JSON; money in whole won, days as ISO text."""
    award, application = agreement.award, agreement.award.application
    return {
        "template": "round" if agreement.round.policy().clauses else rules.TEMPLATE,
        "number": agreement.number,
        "version": number,
        "project_no": award.project_no,
        "receipt_no": application.receipt_no,
        "title": application.title,
        "goal": terms.goal,
        "data_scope": terms.data_scope,
        "round": _titles(agreement.round, "title"),
        "track": _titles(application.track, "name"),
        "period": {"from": terms.starts_on.isoformat(), "to": terms.ends_on.isoformat()},
        "parties": [_party(agreement, party) for party in queries.taking_part(agreement, terms)],
        "lines": _lines(agreement, terms.lines),
        "clauses": [
            {"title_ko": c.title_ko, "title_en": c.title_en, "text_ko": c.text_ko, "text_en": c.text_en}
            for c in (agreement.round.policy().clauses or rules.CLAUSES)
        ],
    }


def _lines(agreement: Agreement, lines: Sequence[rules.LineTerms]) -> list[dict[str, Any]]:
    amounts = {line.position: line.amount_won for line in lines}
    return [
        {
            "position": line.position,
            "kind": line.kind,
            "description": line.description,
            "amount_won": amounts[line.position],
            "tax_kind": line.tax_kind,
            "payee": _titles(line.payee, "name"),
            "data_holder": _titles(line.data_holder, "name"),
            "reviewing_board": _titles(line.reviewing_board, "name"),
            "contracting_party": _titles(line.contracting_party, "name"),
        }
        for line in agreement.lines.select_related("data_holder", "contracting_party", "reviewing_board", "payee")
    ]


def _money(terms: rules.Terms, rate_percent: str, by_rate_won: int) -> dict[str, Any]:
    return {
        "supply_won": terms.supply_won, "vat_won": terms.vat_won, "grant_won": terms.grant_won,
        "own_cash_won": terms.own_cash_won, "rate_percent": rate_percent, "by_rate_won": by_rate_won,
    }  # fmt: skip


def _change(change: AgreementChange) -> dict[str, Any]:
    """What the changed text says of its change, in both languages; who is in charge stands in no text."""
    found: dict[str, list[list[str]]] = {}
    for lang in ("ko", "en"):
        with override(lang):
            said = [one for one in queries.said(change) if one.part != rules.ChangePart.CONTACT]
            found[lang] = [[one.name, one.was, one.would_be] for one in said]
    return {
        "number": change.number, "kind": change.kind, "parts": list(change.parts), "reason": change.reason, "differences": found,
    }  # fmt: skip


def _titles(source: Any, name: str) -> dict[str, str]:
    return {f"{name}_{lang}": getattr(source, f"{name}_{lang}") for lang in ("ko", "en")}


def _party(agreement: Agreement, party: AgreementParty) -> Mapping[str, Any]:
    """Name and number as they stand today; the body keeps them so."""
    brn = agreement.company.brn
    numbers = {P.COMPANY: f"{brn[:3]}-{brn[3:5]}-{brn[5:]}"}
    named = party.institution or (agreement.company if party.role == P.COMPANY else party.organisation)
    return {"role": str(party.role), "ref": party.ref, "id_no": numbers.get(P(party.role), ""), **_titles(named, "name")}
