"""Two writes of a program at once: an idempotency key happens once, a second write waits and then sees what the first one did."""

from typing import Any

from portal.journal.models import Event
from providers.offers.models import Offer
from tests.committed import _Gate, together
from tests.doors.test_providers_writing import address, read
from tests.factories import keys, providers
from tests.factories.keys import Program


def _changed(token: str, offer: Offer, etag: str, title: str, once: str) -> Any:
    program = Program(token)
    body = program.get(address(offer)).json() | {"title_en": title}
    return program.put(address(offer), body, If_Match=etag, Idempotency_Key=once)


def test_two_at_once_with_one_idempotency_key_happen_once(committed_db: str) -> None:
    providers.code_lists()
    owner = providers.provider()
    offer = providers.offer(owner, published=True)
    key, token = keys.key(owner)
    key.refresh_from_db()
    etag = f'"{offer.version}"'
    _first = Program(token).get("/api/v1/offers/")  # its last use is noted, so that nobody waits for that row
    same = [lambda: _changed(token, offer, etag, "Same", "k") for _ in range(2)]
    first, second = together(*same, behind=key)
    assert first.status_code == second.status_code == 200 and first.content == second.content
    assert ["Idempotent-Replayed" in one for one in (first, second)].count(True) == 1
    assert Event.objects.filter(name="offer.edited").count() == 1
    offer.refresh_from_db()
    etag = f'"{offer.version}"'
    one, two = together(
        lambda: _changed(token, offer, etag, "One", "l"), lambda: _changed(token, offer, etag, "Two", "m"), behind=key
    )
    assert sorted([one.status_code, two.status_code]) == [200, 412]


def test_a_write_that_waits_too_long_says_so(committed_db: str, settings: Any) -> None:
    providers.code_lists()
    owner = providers.provider()
    offer = providers.offer(owner)
    key, token = keys.key(owner)
    program = Program(token)
    body, etag = read(program, address(offer))
    settings.API_WAIT_SECONDS = 1
    gate = _Gate(key)
    try:
        answer = program.put(address(offer), body | {"title_en": "late"}, If_Match=etag)
    finally:
        gate.held.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    assert program.put(address(offer), body | {"title_en": "late"}, If_Match=etag).status_code == 200
