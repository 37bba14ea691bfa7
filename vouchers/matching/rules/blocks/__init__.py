"""The exact block scorer: a whole round's needs against all candidates, with the scores and the filters of the engine.

Import it where a round is scored and nowhere else: it loads numpy.
"""

from vouchers.matching.rules.blocks.scoring import Ranked, Shelf

__all__ = ["Ranked", "Shelf"]
