"""Pages of access, milestones and payments need as many queries for thirty rows as for one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.access import actions as access
from vouchers.payments import actions as payments

pytestmark = pytest.mark.django_db
MANY = 32  # divides the project's amount


A_SECOND_PAGE = {0, 1}  # rows that one page does not hold are counted, whatever many they are


def count(path: str, user: Any) -> int:
    """Queries of a second visit: the first one fills what lives longer than a request."""
    client = Client()
    client.force_login(user)
    assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def reviewed(n: int) -> p.Reviewed:
    at = p.case(n)
    for site in at.sites:
        p.submit(at, site)
        access.start_review(request_id=site.request.pk, by=site.secretary)
    return at


def paid(n: int) -> tuple[p.Project, list[Any]]:
    """n disbursements, each with an attempt at the bank."""
    at, _desk, rows = p.registered(parts=n)
    while payments.claim_next() is not None:
        pass
    return at, rows


def test_access_pages() -> None:
    one, many = reviewed(1), reviewed(MANY)
    assert count("/access/", many.user) - count("/access/", one.user) in A_SECOND_PAGE
    assert count(f"/access/cases/{many.case.ref}/", many.user) == count(f"/access/cases/{one.case.ref}/", one.user)
    few = count("/admin/vouchers/accessrequest/?case__id__exact=" + str(one.case.pk), person("AUDITOR"))
    assert count("/admin/vouchers/accessrequest/", person("AUDITOR")) == few
    cases = [count(f"/admin/vouchers/accesscase/{at.case.pk}/change/", person("AUDITOR")) for at in (one, many)]
    assert cases[0] == cases[1], cases


def test_milestone_and_payment_pages() -> None:
    (one, _rows), (many, _more) = paid(1), paid(MANY)
    auditor = person("AUDITOR")
    for path in ("/milestones/", "/payments/"):
        assert count(path, many.company) - count(path, one.company) in A_SECOND_PAGE, path
        assert count(path, many.manager) - count(path, one.manager) in A_SECOND_PAGE, path
    for model in ("milestone", "disbursement", "paymentattempt"):
        found = [count(f"/admin/vouchers/{model}/?q={word}", auditor) for word in ("zzz-none", "")]
        assert found[1] <= found[0] + 1, (model, found)
