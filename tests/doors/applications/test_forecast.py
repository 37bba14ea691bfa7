"""“Why am I not eligible?” before the submission: every rule as of now, nothing stored, for the company alone."""

import pytest

from portal.kit import clock
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import queries, rules
from vouchers.applications.models import EligibilityCheck
from vouchers.companies.models import Restriction

pytestmark = pytest.mark.django_db


def test_a_draft_shows_every_rule_with_what_would_change_it():
    owner = make.firm(tax_status="SUSPENDED", certificate=False)
    draft = make.start(owner, make_round(), track="LARGE")
    today = clock.today()
    Restriction(brn=owner.company.brn, name="x", ground="y", starts_on=today, ends_on=today, status="IN_FORCE").save()
    found = {one.check.rule: one for one in queries.why(draft)}
    assert list(found) == [str(rule) for rule in rules.Rule]
    verdicts = {rule: str(one.check.verdict) for rule, one in found.items()}
    assert verdicts["RESTRICTION"] == "NOT_MET" and verdicts["TAX_STATUS"] == "NEEDS_PERSON"
    assert verdicts["CERTIFICATE"] == "NEEDS_PERSON" and verdicts["DOCUMENTS"] == "NOT_MET" and verdicts["IN_TIME"] == "MET"
    assert all(bool(one.remedy) == (one.check.verdict != "MET") for one in found.values())
    assert found["IN_TIME"].check.reason_ko == "지금 제출하면 접수 마감 전입니다."  # nothing was submitted yet
    page = as_(owner.staff).get(url("why", draft.ref)).content.decode()
    assert "지금 제출하면" in page and page.count("item-title") >= len(found)
    assert url("why", draft.ref) in as_(owner.representative).get(url("submit", draft.ref)).content.decode()
    assert not EligibilityCheck.objects.exists()
    for stranger in (make.firm().representative, None):
        assert as_(stranger).get(url("why", draft.ref)).status_code in {302, 404}


def test_once_the_check_began_the_stored_findings_count():
    owner, by = make.firm(), make.officer()
    done = make.submitted(owner, make_round(policy={"required_documents": []}))
    assert queries.why(done)[0].check.pk is None
    from vouchers.applications import actions

    actions.begin_check(application_id=done.pk, by=by)
    assert all(one.check.pk for one in queries.why(done))
