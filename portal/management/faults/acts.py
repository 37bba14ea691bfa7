"""What goes wrong, one fault after the other. Each is struck in the middle of payments that are on their way."""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.management.faults.traps import PEOPLE

if TYPE_CHECKING:
    from portal.management.faults.play import Play

PATIENCE = 60.0  # seconds that a fault waits for its moment, while there is anything left to pay
Strike = Callable[["Play"], int]


@dataclass(frozen=True)
class Fault:
    """name: in the table; who works: people, payers (two workers of our own) or celery (with its beat); strike: does it once and
    says how often; slow: seconds that the bank takes meanwhile."""

    name: str
    who: str
    strike: Strike
    slow: float = 0.0


# ── At a step ────────────────────────────────────────────────────────────────────────────────────────
def _trapped(name: str, who: str, *points: str, naive: str = "") -> Fault:
    turns: Iterator[str] = itertools.cycle(points)
    also = itertools.cycle((True, False, False))  # the other design's worker needs seconds to come back

    def strike(play: "Play") -> int:
        traps, payer, beside = play.stage.traps, f"payer{play.dice.randrange(2)}", naive and play.beside and next(also)
        if beside:
            traps.arm("naive", naive)
        traps.arm("house", next(turns))
        if who == "payers":  # one alone: the other would pay on while we look
            play.employ(payer)
        play.wait(lambda: not traps.armed("house") or play.done(who), PATIENCE)
        if who == "payers":
            play.employ()
        if beside:
            play.wait(lambda: not traps.armed("naive") or not play.naive_owes(), PATIENCE)
        return 0 if traps.disarm("house") else 1

    return Fault(name, who, strike)


PEOPLES = tuple(
    _trapped(f"killed at {words}", "people", event, action)
    for words, event, action in zip(
        ("the request", "the company's word", "the check", "the approval", "the registration"),
        ("requested", "confirmed", "evidence_checked", "approved", "registered"), PEOPLE, strict=True,
    )
    for event in (f"disbursement.{event}",)
)  # fmt: skip
STEPS = (
    _trapped("worker killed as it claims", "payers", "payment_attempt.claimed", naive="before"),
    _trapped("worker killed once it claimed", "payers", "claim_next", naive="before"),
    _trapped("worker killed as it marks sent", "payers", "payment_attempt.sent", naive="before"),
    _trapped("worker killed before it sends", "payers", "mark_sent", naive="before"),
    _trapped("worker killed with the answer", "payers", "send", naive="after"),
    _trapped("worker killed as it settles", "payers", "money.paid", naive="after"),
    _trapped("worker killed once it settled", "payers", "settle", naive="after"),
)


# ── At a moment ──────────────────────────────────────────────────────────────────────────────────────
def _killed(name: str, kill: Callable[["Play"], int], who: str = "payers") -> Fault:
    def strike(play: "Play") -> int:
        if not play.in_the_middle(who):
            return 0
        time.sleep(play.dice.uniform(0, 0.15))
        return kill(play)

    return Fault(name, who, strike, slow=0.15)


def _workers(play: "Play") -> int:
    _naive(play)
    return play.stage.kill_worker(f"payer{play.dice.randrange(2)}")


def _celery(play: "Play") -> int:
    _naive(play)
    return play.stage.kill_worker("celery")


def _naive(play: "Play") -> None:
    """The other design's worker dies at the same moment."""
    if play.beside:
        play.stage.kill_worker("naive")


MACHINES = (
    _killed("worker killed at random", _workers),
    _killed("Celery worker killed", _celery, "celery"),
    _killed("beat killed", lambda play: play.stage.kill_worker("beat"), "celery"),
    _killed("broker killed, memory lost", lambda play: play.stage.kill_valkey("broker"), "celery"),
    _killed("cache killed, memory lost", lambda play: play.stage.kill_valkey("cache"), "people"),
    _killed("database killed as people work", lambda play: play.stage.kill_postgres(), "people"),
    _killed("database killed", lambda play: play.stage.kill_postgres()),
    _killed("connections cut", lambda play: play.stage.terminate_backends()),
    _killed("bank killed", lambda play: play.stage.kill_bank()),
)


# ── The bank ─────────────────────────────────────────────────────────────────────────────────────────
def _mood(name: str, mood: str, seconds: float = 0.0) -> Fault:
    def strike(play: "Play") -> int:
        """So long as it takes to try `play.few` more payments: each of them met the fault."""
        met = play.tried()
        play.stage.mood(mood, seconds)
        play.wait(lambda: play.tried() >= met + play.few or play.done("payers"), PATIENCE + play.few)
        return max(1 if mood == "down" else 0, play.tried() - met)

    return Fault(name, "payers", strike)


BANK = (
    _mood("bank slower than we wait", "slow", 0.7),
    _mood("bank refuses", "refuse"),
    _mood("bank breaks before paying", "error_before_paying"),
    _mood("bank pays, answers too late", "timeout_after_paying", 0.7),
    _mood("bank says refused, and pays", "refuse_and_pay"),
    _mood("bank gets each order twice", "twice"),
    _mood("bank answers garbage", "garbage"),
)


def _down(play: "Play") -> int:
    play.stage.mood("down")
    time.sleep(play.dice.uniform(0.3, 0.8))
    play.stage.mood("slow", 0.15)
    time.sleep(0.3)
    return 1


DOWN = Fault("bank down", "payers", _down, slow=0.15)
NONE = Fault("nothing", "payers", lambda _play: 0)


# ── All at once ──────────────────────────────────────────────────────────────────────────────────────
def storm(dice: random.Random) -> Fault:
    """Anything at any moment, while the bank's mood changes with every fault; one that answers at once lasts for a payment."""
    moods = (
        ("slow", 0.05), ("slow", 0.2), ("timeout_after_paying", 0.7), ("slow", 0.1), ("refuse", 0), ("slow", 0.9), ("good", 0),
        ("error_before_paying", 0), ("refuse_and_pay", 0), ("twice", 0), ("garbage", 0), ("slow", 0.1), ("down", 0),
    )  # fmt: skip
    mind = itertools.cycle(moods)
    killers = [one for one in (*STEPS, *MACHINES) if one.who == "payers"]
    turns: list[Fault] = []

    def strike(play: "Play") -> int:
        if not turns:
            turns.extend(dice.sample(killers, len(killers)))
        mood, seconds = next(mind)
        met = play.tried()
        play.stage.mood(mood, seconds)
        if not seconds:  # a bank that answers at once is through with everybody before anything can be struck
            play.wait(lambda: play.tried() > met or play.done("payers"), PATIENCE)
            play.stage.mood("slow", 0.15)
        return turns.pop().strike(play)

    return Fault("all of it at random", "payers", strike)
