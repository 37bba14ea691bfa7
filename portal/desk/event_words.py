"""Every event as a sentence for people, in both languages. The journal itself keeps the codes."""

from django.utils.functional import Promise

WORDS: dict[str, str | Promise] = {}


def words(name: str) -> str:
    """The sentence of an event's name; the readable code when nobody wrote one (a test finds those)."""
    return str(WORDS.get(name) or name.replace(".", ": ").replace("_", " "))
