"""A file's name as people see it. It never becomes a path."""

import unicodedata

MAX_NAME = 120
_FORBIDDEN = set('<>:"|?*')


def clean_name(raw: str) -> str:
    """The last part of the name, composed (macOS sends Hangul decomposed), without controls, at most MAX_NAME long."""
    name = unicodedata.normalize("NFC", raw.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in _FORBIDDEN)
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, end = kept.rpartition(".")
    if dot and len(end) <= 8:
        return f"{stem[: MAX_NAME - len(end) - 1]}.{end}"
    return kept[:MAX_NAME]


def extension(name: str) -> str:
    """Lower case, without the dot; "" when there is none."""
    stem, dot, end = name.rpartition(".")
    return end.lower() if dot and stem else ""
