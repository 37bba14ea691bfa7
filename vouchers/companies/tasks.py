"""Asking the tax service: claim in one transaction, call outside any, settle in another. Never in a request."""

from collections.abc import Callable
from typing import Any

import structlog
from celery import shared_task

from portal.kit import clock
from vouchers.companies import actions, gateways

log = structlog.get_logger(__name__)


CALLS = 20  # hundreds that one turn asks about: a whole round in a minute
DOWN_AFTER = 3  # single calls without an answer, one after the other: the service is down


@shared_task(name="companies.check_registrations")
def check_registrations() -> int:
    """Companies that are due: state of the number, then name and opening date. Returns: companies that got an answer.

    New ones go together, 100 a call; one that failed before goes alone, so that it cannot hold up others. An outage ends
    the turn: everybody is asked again later.
    """
    done = 0
    for _call in range(CALLS):
        claimed = actions.claim_checks(now=clock.now())
        answered = _ask_claimed(claimed)
        done += answered
        if not answered:
            break
    return done


def _ask_claimed(claimed: list[actions.ClaimedCheck]) -> int:
    first, again = [check for check in claimed if not check.attempts], [check for check in claimed if check.attempts]
    done, silent = (_ask(first) if first else 0), 0
    for check in again:
        if silent >= DOWN_AFTER:
            actions.record_check_failure(company_id=check.company_id, now=clock.now())
            continue
        answered = _ask([check])
        silent = 0 if answered else silent + 1
        done += answered
    return done


def _ask(checks: list[actions.ClaimedCheck]) -> int:
    service = gateways.gateway()
    named = [check for check in checks if check.representative_name]
    facts = _answer("status", lambda: service.status([check.brn for check in checks]))
    valid = _answer("validate", lambda: service.validate([_business(check) for check in named])) if facts else None
    done = 0
    for check in checks:
        fact = (facts or {}).get(check.brn)
        if fact is None or (check in named and valid is None):
            actions.record_check_failure(company_id=check.company_id, now=clock.now())
            continue
        actions.record_tax_status(company_id=check.company_id, status=fact.status, tax_type=fact.tax_type, checked_at=clock.now())
        if valid is not None and check.brn in valid and check in named:
            actions.record_validation(company_id=check.company_id, matched=valid[check.brn])
        done += 1
    return done


def _business(check: actions.ClaimedCheck) -> gateways.Business:
    return gateways.Business(check.brn, check.opened_on, check.representative_name)


def _answer(verb: str, call: Callable[[], Any]) -> Any:
    """None when the service is down or refuses; logged without numbers and names."""
    try:
        return call()
    except (gateways.NtsDown, gateways.NtsRefused) as error:
        log.warning("nts.no_answer", verb=verb, kind=type(error).__name__, reason=str(error))
        return None
