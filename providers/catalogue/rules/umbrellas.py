"""Under which library of the K-CURE one of its entries stands. Its identifiers are kept for the reference data."""

KEPT = ("kc-", "kcure-")
_BASELINE = "kcure-baseline-db"
_SITES = frozenset({"liver", "colorectal", "gastric", "breast", "pancreas", "lung", "kidney", "prostate"})


def above(key: str) -> str | None:
    """The identifier of the umbrella entry over a hospital's own collection (kc-<hospital>-<site>). None for any other entry."""
    if not key.startswith("kc-"):
        return None
    site = key.rsplit("-", 1)[-1]
    if site == "baseline":
        return _BASELINE
    return f"kcure-clinical-{site}" if site in _SITES else None


def drawn_from(key: str) -> str | None:
    """The identifier of the library from which a sample cohort was drawn: it stands by itself, but its people are counted there."""
    return "kcure-cpld-v3" if key.startswith("kcure-sample-") else None


def is_kept(key: str) -> bool:
    """May no institution choose this identifier for an entry of its own?"""
    return key.startswith(KEPT)
