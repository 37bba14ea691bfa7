"""What a process keeps of the market: when it is full, what is asked for now stays, and of the rest what was read last."""

from typing import Any

import pytest

from tests.factories.matching import candidates
from vouchers.matching.queries import reading

ONE = candidates()[0]


def line(number: int) -> str:
    return f"{number}|m{number}|1|i1|{number}|o{number}"


def full(numbers: range) -> reading.Kept:
    """As `learn` fills it, without a database."""
    kept = reading.Kept()
    for number in numbers:
        kept.datasets[(number, f"m{number}", 1, "i1")] = reading.Read(1, ONE, {"key": "h"})
        kept.institutions[(1, "i1")] = {"key": "h"}
        kept.offers[(number, f"o{number}")] = {"ref": str(number)}
        kept.candidates.append(ONE)
        kept.owners.append(number)
        kept.numbers[line(number)] = len(kept.candidates) - 1
    return kept


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The room is ten; what is read anew is written down."""
    read: list[Any] = []
    monkeypatch.setattr(reading, "MOST_KEPT", 10)
    monkeypatch.setattr(reading, "MOST_PRICED", 40)
    monkeypatch.setattr(reading.Kept, "learn", lambda _self, lines: read.extend(lines))
    return read


def test_a_market_larger_than_the_room_is_read_once(small: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_kept", full(range(30)))
    large, little = [line(number) for number in range(30)], [line(number) for number in (3, 29)]
    for _turn in range(3):
        assert len(reading.market(large).candidates) == 30 and reading.market(little).size == 2
    assert small == []


def test_what_is_asked_for_now_stays_and_what_was_read_first_goes(small: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = full(range(30))
    monkeypatch.setattr(reading, "_kept", kept)
    found = reading.market([line(0), line(7)])
    assert found.size == 2 and small == [] and found.kept is reading._kept is not kept
    assert sorted(found.kept.owners) == [0, 7, 25, 26, 27, 28, 29]
    assert [found.kept.owners[number] for number in found.rows] == [0, 7]
    assert len(found.kept.offers) == 22 and len(found.kept.datasets) == 7
    reading.market([line(1)])
    assert small == [line(1)], "only what went is read again"
    assert found.candidates == [ONE, ONE], "who reads meanwhile keeps what it had"
