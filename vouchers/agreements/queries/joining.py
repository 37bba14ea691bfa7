"""Providers that a change could bring in: a confirmed match of the project's need that stands in no line of the agreement yet."""

from dataclasses import replace

from providers.institutions.models import Institution
from vouchers.agreements import rules
from vouchers.agreements.models import Agreement
from vouchers.matching.models import Match, QuoteLine


def addable(agreement: Agreement) -> list[Match]:
    """Confirmed matches whose quote is a firm one and whose provider somebody represents here. Two queries."""
    need = agreement.award.application.need
    taken = agreement.lines.values("match_id")
    rows = Match.objects.filter(need=need, status="CONFIRMED", institution__organisation__isnull=False).exclude(pk__in=taken)
    found = rows.select_related("institution", "quote", "final_quote").order_by("pk")
    return [one for one in found if one.final_quote_id or one.quote.band_min_won is None]


def lines_of_match(match: Match) -> list[QuoteLine]:
    """What its provider would deliver, as it quoted."""
    rows = QuoteLine.objects.filter(quote_id=match.final_quote_id or match.quote_id)
    return list(rows.select_related("data_holder", "contracting_party", "reviewing_board", "payee").order_by("position"))


def with_joining(agreement: Agreement, wanted: rules.Terms, refs: list[str]) -> rules.Terms:
    """These terms and the lines of the matches that are to join; what is not addable is left out."""
    lines, position = list(wanted.lines), max((line.position for line in wanted.lines), default=0)
    for match in addable(agreement):
        if match.ref not in refs:
            continue
        for line in lines_of_match(match):
            position += 1
            lines.append(
                rules.LineTerms(
                    position,
                    line.payee_id,
                    line.tax_kind,
                    line.amount_won,
                    line.description,
                    line.payee.name_ko,
                    line.payee.name_en,
                    quote_line=line.pk,
                    match=match.pk,
                )
            )
    return replace(wanted, lines=tuple(lines))


def joining_lines(wanted: rules.Terms, known: set[int]) -> dict[int, QuoteLine]:
    """Position → quote line of lines that no row stands for yet. known: positions that have one."""
    new = {line.position: line.quote_line for line in wanted.lines if line.quote_line and line.position not in known}
    rows = QuoteLine.objects.select_related("contracting_party", "payee").in_bulk(new.values())
    return {position: rows[pk] for position, pk in new.items()}


def absent(lines: dict[int, QuoteLine]) -> list[Institution]:
    """Institutions of these lines that nobody represents."""
    named = [one for line in lines.values() for one in (line.contracting_party, line.payee)]
    return [one for one in named if one.organisation_id is None]
