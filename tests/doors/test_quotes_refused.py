"""A refused quote in the browser, where every commit is real: outside the tests' own transaction nothing may be locked."""

from tests.doors import as_
from tests.doors.test_matching_quotes import sent, text, with_parties
from tests.factories import quotes
from vouchers.matching.models import QuoteDraft


def test_a_refused_quote_is_told_what_is_wrong_and_keeps_what_was_typed(committed_db: str) -> None:
    at = quotes.stage()
    request = quotes.asked(at)
    office, url = as_(at.hospital.user), f"/matching/requests/{request.ref}/quote/"
    for wrong in ({"line-0-unit": ""}, {"valid_until": "2020-01-01"}, {"investigator_name": " "}, {}):
        answer = office.post(url, with_parties(sent(send="1", assumptions="유지됨", **wrong), at))
        assert answer.status_code == 422 and "유지됨" in text(answer), wrong
    assert "공급기관 견적 승인자" in text(answer) and not QuoteDraft.objects.exists()
