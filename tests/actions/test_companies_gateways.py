"""The tax service: one contract for the fake in process and the same shapes over a real socket."""

import threading
from datetime import date
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest

from tests.factories.companies import make_brn
from vouchers.companies import gateways
from vouchers.companies.gateways import Business, HttpNts, NtsDown, NtsRefused
from vouchers.companies.gateways.fake import FAKE_KEY, application, fake_client


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(params=["in process", "over a socket"])
def nts(request):
    if request.param == "in process":
        yield gateways.gateway()
        return
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield HttpNts(f"http://127.0.0.1:{server.server_port}/api/nts-businessman/v1", FAKE_KEY, timeout=2)
    server.shutdown()
    server.server_close()


def business(brn: str, name: str = "시연 대표자") -> Business:
    return Business(brn, date(2020, 3, 2), name)


def test_status_knows_every_state(nts):
    numbers = {office: make_brn(office) for office in ("900", "990", "991", "992")}
    facts = nts.status(list(numbers.values()))
    assert [facts[number].status for number in numbers.values()] == ["ACTIVE", "CLOSED", "SUSPENDED", "UNREGISTERED"]
    assert facts[numbers["900"]].tax_type == "부가가치세 일반과세자" and facts[numbers["992"]].tax_type == ""


def test_validate_says_yes_or_no(nts):
    good, office, name = make_brn(), make_brn("993"), make_brn()
    answer = nts.validate([business(good), business(office), business(name, "이름불일치")])
    assert answer == {good: True, office: False, name: False}


def test_hundred_numbers_go_in_one_call(nts):
    assert len(nts.status([make_brn() for _ in range(100)])) == 100
    assert nts.status([]) == {} and nts.validate([]) == {}


def test_service_error_is_down(nts):
    with pytest.raises(NtsDown):
        nts.status([make_brn("999")])


def test_wrong_key_is_refused():
    with pytest.raises(NtsRefused):
        HttpNts("http://nts.fake/v1", "wrong", client=fake_client()).status([make_brn()])


def test_nobody_listening_is_down_without_the_request_in_the_error():
    with pytest.raises(NtsDown) as error:
        HttpNts("http://127.0.0.1:9", "key", timeout=0.5).validate([business(make_brn(), "비밀이름")])
    assert "비밀이름" not in repr(error.value) and error.value.__cause__ is None


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"status_code": "OK", "data": [{}]}', b'{"status_code": "OK"}'])
def test_nonsense_is_down(content):
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    with pytest.raises(NtsDown):
        HttpNts("http://x", "k", client=httpx.Client(transport=transport)).status(["1234567891"])


def test_sealed_name_cannot_be_read_and_comes_back(settings):
    token = gateways.seal("시연 대표자")
    assert "시연 대표자" not in token and gateways.unseal(token) == "시연 대표자"
    assert gateways.unseal("") == "" and gateways.unseal("no token") == ""
    settings.SECRET_KEY = "another key"
    assert gateways.unseal(token) == ""
