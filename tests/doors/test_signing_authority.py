"""Authority to sign in the browser: one place to file it, one to check it, and a sentence where it is missing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.kit import clock
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import authorities
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.agreements.models import SigningAuthority

pytestmark = pytest.mark.django_db
PLACE = "/agreements/authority/"


def text(response) -> str:
    return response.content.decode()


def test_a_representative_files_an_officer_checks_and_the_agreement_shows_it():
    made = ev.to_sign()
    SigningAuthority.objects.filter(person=made.company).update(status="REVOKED")
    agreement, sign = f"/agreements/{made.agreement.ref}/", f"/agreements/{made.agreement.ref}/sign/"
    client = as_(made.company)
    for page in (agreement, sign):
        assert "서명 권한이 등록되어 있지 않습니다" in text(client.get(page)) and PLACE in text(client.get(page))
    assert 'name="code"' not in text(client.get(sign))
    assert PLACE in text(client.get("/accounts/organisation/"))
    today = clock.today().isoformat()
    form = {
        "person": f"{made.agreement.company.organisation.ref}:{made.company.ref}", "kind": "POWER_OF_ATTORNEY", "valid_from": today,
        "valid_until": today,
    }  # fmt: skip
    assert client.post(PLACE, form).status_code == 422
    paper = lambda: SimpleUploadedFile("power.pdf", authorities.PAPER, content_type="application/pdf")
    late = client.post(PLACE, form | {"valid_until": "2020-01-01", "valid_from": "2019-01-01", "file": paper()})
    assert late.status_code == 422 and 'href="#id_valid_until"' in text(late)
    assert client.post(PLACE, form | {"file": paper()}).status_code == 303
    row = SigningAuthority.objects.get(status="FILED")
    own = row.get_absolute_url()
    for user, status in ((make.firm().representative, 404), (made.provider, 404), (made.operator, 200), (person("AUDITOR"), 200)):
        assert as_(user).get(own).status_code == status
    assert Client().get(PLACE).status_code == 302 and as_(person("EVALUATOR")).get(PLACE).status_code == 404
    assert as_(person("AUDITOR")).post(f"{own}confirm/").status_code == 403
    officer = as_(made.operator)
    assert client.get(f"{own}file/").status_code == 200 and officer.post(f"{own}refuse/", {"reason": ""}).status_code == 422
    assert officer.post(f"{own}confirm/").status_code == 303 and officer.post(f"{own}dance/").status_code == 404
    assert officer.post(f"{own}confirm/").status_code == 422
    assert 'name="code"' in text(client.get(sign))
    ev.sign(made, made.company)
    assert "Power of attorney" in text(as_(made.operator).get("/en" + agreement))
    assert "Authority to sign" in text(client.get("/en" + PLACE))
