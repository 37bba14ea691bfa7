"""All that stands against a quote at once, so that a form says it in one go. Reads only, outside any transaction: it locks nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.matching import queries
from vouchers.matching.actions import preparing
from vouchers.matching.actions.asking import check_supplying
from vouchers.matching.models import QuoteRequest
from vouchers.matching.rules import agreeing, asking, stages, terms


def quote_faults(
    *, request_id: int, lines: Sequence[Mapping[str, Any]] | None, given: Mapping[str, Any], by: Any
) -> list[Refused]:
    """What `prepare_quote` would refuse, one after the other, of what could be read. lines: None where a line cannot be read; given:
    the terms that can, by name."""
    request = QuoteRequest.objects.select_related("need__round", "institution__organisation", "dataset").get(pk=request_id)
    require(by, "vouchers.answer_quote", request.institution)
    return [fault for check in _checks(request, lines, given, by) if (fault := _refusal(check)) is not None]


def _refusal(check: Callable[[], Any]) -> Refused | None:
    try:
        check()
    except Refused as fault:
        return fault
    return None


def _checks(
    request: QuoteRequest, lines: Sequence[Mapping[str, Any]] | None, given: Mapping[str, Any], by: Any
) -> list[Callable[[], Any]]:
    today, until, delivery = clock.today(), given.get("valid_until"), given.get("earliest_delivery_on")
    checks: list[Callable[[], Any]] = [lambda: check_supplying(request.institution)]
    if request.dataset is not None and queries.awaiting_final(request) is None:
        data = request.dataset
        checks.append(lambda: asking.check_there(data.status, str(data)))
    if lines is not None:
        checks += [lambda: _amount(request, lines, given), lambda: preparing.check_paid(request, stages.read_lines(lines))]
    if until is not None:
        checks.append(lambda: stages.check_dates(valid_until=until, earliest_delivery_on=None, today=today))
        if until >= today:
            checks.append(lambda: terms.check_reaches(until, queries.award_on(request.need.round)))
    if delivery is not None:
        checks.append(lambda: stages.check_dates(valid_until=today, earliest_delivery_on=delivery, today=today))
    return [*checks, lambda: _investigator(request, given, by)]


def _amount(request: QuoteRequest, lines: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> None:
    read = stages.read_lines(lines)
    supply_won, vat_won = stages.quote_sums((line.amount_won, line.tax_kind) for line in read)
    preparing.check_amount(request, queries.awaiting_final(request), supply_won, vat_won, given.get("band_min_won"))
    if until := given.get("valid_until"):
        preparing.check_keeps(request, terms.Commitment(supply_won, vat_won, until, given.get("band_min_won") is not None))


def _investigator(request: QuoteRequest, given: Mapping[str, Any], by: Any) -> None:
    """Who agrees: an address that cannot be read is the form's own fault and says nothing about the approver."""
    name, email = given.get("investigator_name", ""), given.get("investigator_email", "")
    if queries.investigator_agrees(request.need.round) and name and email:
        agreeing.check_investigator(name, email, needed=True)
    preparing.require_approver(request, by, queries.person_of(request.institution.organisation, email) if email else None)
