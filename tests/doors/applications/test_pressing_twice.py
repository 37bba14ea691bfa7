"""Two presses of one button that meet in the database: both end at the receipt."""

from tests.committed import together
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from vouchers.applications import queries
from vouchers.applications.models import Application


def test_a_double_click_ends_at_the_receipt(committed_db):
    """The browser shows the answer to the second press: it must not say that something went wrong."""
    owner = make.firm()
    application = make.draft(owner)
    sent, address = {"content": queries.content_hash(application), "declaration": "on"}, url("submit", application.ref)
    browsers = [as_(owner.representative), as_(owner.representative)]
    answers = together(*[lambda browser=browser: browser.post(address, sent) for browser in browsers], behind=application)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer["Location"] for answer in answers} == {url("receipt", application.ref)}
    assert Application.objects.get(pk=application.pk).receipt_no
