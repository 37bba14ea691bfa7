"""Every lifecycle, every state × every verb; the diagrams in vouchers/README.md are printed from the tables."""

import importlib
import pkgutil
from pathlib import Path

import pytest

import portal
import providers
import vouchers
from portal.kit.errors import IllegalStep
from portal.kit.lifecycle import Lifecycle

ROOT = Path(__file__).resolve().parents[2]


def lifecycles() -> list[Lifecycle]:
    found: dict[str, Lifecycle] = {}
    for package in (vouchers, providers, portal):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".rules" in info.name:
                module = importlib.import_module(info.name)
                for value in vars(module).values():
                    if isinstance(value, Lifecycle):
                        found[value.name] = value
    return list(found.values())


ALL = lifecycles()


def test_there_are_lifecycles() -> None:
    assert {"round", "application", "agreement", "access_request", "milestone", "disbursement"} <= {one.name for one in ALL}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_walk_every_state_and_verb(one: Lifecycle) -> None:
    for state in one.states:
        for verb in one.all_verbs():
            if (state, verb) in one.moves:
                assert one.step(state, verb) in {member.value for member in one.states}
                assert one.can(state, verb)
            else:
                with pytest.raises(IllegalStep):
                    one.step(state, verb)
    assert one.initial in {member.value for member in one.states}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_every_state_can_be_reached(one: Lifecycle) -> None:
    reached, edge = {str(one.initial)}, {str(one.initial)}
    while edge:
        edge = {str(end) for (start, _verb), end in one.moves.items() if start in edge} - reached
        reached |= edge
    assert reached == {member.value for member in one.states}


def test_diagrams_are_current() -> None:
    """`manage.py diagrams --write` prints them anew."""
    from portal.management.diagrams import printed

    text = (ROOT / "vouchers" / "README.md").read_text(encoding="utf-8")
    assert printed(ALL) in text
