"""The stage that the story is played on: its moment, its people, and what earlier scenes left for later ones."""

from datetime import datetime, timedelta
from typing import Any

from portal.accounts.models import User
from portal.kit import clock
from portal.management.demo import people
from portal.management.demo.people import Cast
from vouchers.agreements.models import Agreement
from vouchers.applications.models import Application
from vouchers.ledger import actions as ledger
from vouchers.matching.models import Need
from vouchers.rounds.models import Round

TWO_HOSPITALS = (2, 8)  # companies of the first call that need data of both


class Stage:
    """Days are relative to now. applications, needs, agreements: by the number of their company."""

    def __init__(self, now: datetime, cast: Cast, open_round: Round, played_round: Round) -> None:
        self.now, self.cast, self.open_round, self.played_round = now, cast, open_round, played_round
        self.applications: dict[int, Application] = {}
        self.needs: dict[int, Need] = {}
        self.agreements: dict[int, Agreement] = {}

    def at(self, days: float, hour: int = 10) -> Any:
        """That many days from now, at an hour of the Korean morning; today counts to the present moment."""
        return moment(self.now, days, hour)

    def user(self, number: int) -> User:
        name = {1: "applicant", 2: "rival", 8: "founder"}.get(number)
        return self.cast.people[name] if name else people.background_user(number)

    def number_of(self, application: Application) -> int:
        return next(n for n, company in self.cast.companies.items() if company.pk == application.company_id)

    def wants_ecg(self, number: int) -> bool:
        """Which of the two datasets of the first hospital a company of the first call needs."""
        return number % 2 == 0 and number not in TWO_HOSPITALS

    def dataset_key(self, number: int) -> str:
        return "demo-hanbit-ecg" if self.wants_ecg(number) else "demo-hanbit-chest-ct"

    def appropriate(self, round_: Round) -> None:
        ledger.appropriate(
            round_id=round_.pk, amount_won=round_.budget_won or 0, reason="시연 예산 배정", by=self.cast.people["approver"]
        )


def moment(now: datetime, days: float, hour: int = 10) -> Any:
    """The clock, held at that many days from `now`."""
    day = clock.to_kst(now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return clock.at(min(day, now) if days <= 0 else day)
