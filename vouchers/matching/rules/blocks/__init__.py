"""The exact block scorer: a whole round's needs against all candidates, or one need against a large market, with the scores and
the filters of the engine.

Import it where a round or a large market is scored and nowhere else: it loads numpy.
"""

from vouchers.matching.rules.blocks.faces import Stock
from vouchers.matching.rules.blocks.scoring import Ranked, Shelf
from vouchers.matching.rules.blocks.single import match

__all__ = ["Ranked", "Shelf", "Stock", "match"]
