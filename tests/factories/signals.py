"""A made-up round with planted frauds, poured past the guards, which look at how a project came about."""

from django.db import connection, transaction

from portal.management.signals import made, poured
from tests.factories.played import played
from tests.factories.rounds import make_closed_round
from vouchers.rounds.models import Round
from vouchers.signals import actions

HONEST, SEED = 300, 20261128


def lay_out(world: made.World, round_: Round) -> dict[str, made.Project]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        projects = poured.pour(world, round_)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return projects


@played
def small() -> int:
    """A closed round of a few honest projects and the twelve cases, swept. Returns: the round's id."""
    round_ = make_closed_round()
    lay_out(made.made(24, SEED, providers=4), round_)
    actions.sweep_round(round_id=round_.pk)
    return round_.pk
