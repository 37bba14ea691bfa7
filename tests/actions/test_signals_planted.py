"""Twelve frauds of the known kinds among 300 honest projects: all are listed with their evidence, and few of the honest."""

from dataclasses import replace

import pytest

from portal.management.signals import made, poured
from tests.factories import signals as make
from tests.factories.rounds import make_closed_round
from vouchers.signals import actions, queries, rules
from vouchers.signals.models import Signal

pytestmark = pytest.mark.django_db


def test_twelve_planted_frauds_are_listed_with_their_evidence_and_few_honest_projects():
    world, round_ = made.made(make.HONEST, make.SEED), make_closed_round()
    assert len(world.cases) == 12 and sum(not one.fraud for one in world.projects) == 300
    projects = make.lay_out(world, round_)
    actions.sweep_round(round_id=round_.pk)
    listed = list(Signal.objects.prefetch_related("parties__company", "parties__institution"))
    found = poured.named(listed, world, projects)
    for case, kinds in world.cases.items():
        missing = [one.number for one in world.projects if one.fraud == case and not found.get(one.number, set()) & kinds]
        assert not missing, f"{case}: {missing} not listed"
    assert all(seen["parties"] and (seen["refs"] or seen["numbers"]) for one in listed for seen in one.evidence)
    honest = [one.number for one in world.projects if not one.fraud and one.number in found]
    assert len(honest) <= 15, f"{len(honest)} of 300 honest projects are listed"
    # the bound can fail: who lists everybody that has any one thing in common names most of them
    naive = rules.found_in(queries.facts_of(round_), replace(round_.policy().signalling, list_from=20, shared_most=20))
    named = {ref for one in naive for _side, ref in one.parties}
    assert sum(not one.fraud for ref, one in projects.items() if ref in named) > 15
