"""The story, in the order of time. Idempotent: a story that was played is not played again; the calls are kept open."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from portal.accounts import actions as accounts
from portal.accounts.rules import Role
from portal.kit import clock
from portal.management.demo import (
    auditing,
    changes,
    endings,
    first_call,
    first_projects,
    grading,
    market,
    objections,
    onboarding,
    open_call,
    outcomes,
    people,
    settling,
    signs,
    sourcing,
    standing_in,
    third_call,
)
from portal.management.demo.people import Cast
from portal.management.demo.stage import Stage, moment
from vouchers.applications.models import Application
from vouchers.companies.models import Company
from vouchers.rounds import actions as rounds

SCENES = (
    first_call.register, first_call.apply, first_call.evaluate, first_call.answer_awards, objections.first_call,
    first_projects.contract, first_projects.deliver, changes.play, endings.advance, endings.terminate, settling.play, grading.play, auditing.play, outcomes.play, open_call.fill, objections.open_call, open_call.others,
    sourcing.play, sourcing.seek, onboarding.play, sourcing.allocate, third_call.play, endings.rehearse, signs.play, standing_in.play,
)  # fmt: skip


def play(say: Callable[[str], Any]) -> None:
    """Plays the story once. say: prints a line of progress."""
    with translation.override("ko"):
        now = clock.now()
        with moment(now, -170):
            cast = _cast()
        stage = Stage(now, cast, *rounds.ensure_demo_rounds(now))
        if Application.objects.filter(round__kind="DEMO").exists():
            return
        for scene in SCENES:
            say(f"  · {(scene.__doc__ or '').splitlines()[0]}")
            scene(stage)


def _cast() -> Cast:
    """The people, and what the providers offer."""
    facts = market_facts()
    cast = people.cast_people(facts)
    if not Company.objects.filter(organisation__is_demo=True).exists():
        _roles(cast)
    market.open_market(cast, facts)
    return cast


def market_facts() -> dict[str, Any]:
    path = Path(settings.BASE_DIR) / "seeds" / "demo" / "market.json"
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def _roles(cast: Cast) -> None:
    for role in (Role.PROVIDER_DRB_SECRETARY, Role.IRB_LIAISON):  # a small hospital: one person keeps both boards' books
        accounts.grant_role(
            user=cast.people["provider2"], role=role, organisation=cast.organisations["hospital2"], reason="demo", by=None
        )
    for user in cast.people.values():
        user.__dict__.pop("_grants", None)
