"""Public pages of the calls, and what stands beside them: paper, dates, feed."""

from vouchers.rounds.views.calls import ask, detail, rounds
from vouchers.rounds.views.papers import dates, feed, paper

__all__ = ["ask", "dates", "detail", "feed", "paper", "rounds"]
