"""Public pages of the calls, and what stands beside them: paper, dates, feed."""

from vouchers.rounds.views.calls import detail, rounds
from vouchers.rounds.views.papers import dates, feed, paper

__all__ = ["dates", "detail", "feed", "paper", "rounds"]
