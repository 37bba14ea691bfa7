"""Korean particles after words that are known only when a sentence is put together.

Templates write both forms, as forms on paper do (‘{{ title }}’을(를)); `fit` leaves the one that is spoken after the word
before it. Written here rather than taken from a library: the rule is thirty lines, and the packages for it are unmaintained.
"""

import re
from typing import Final

# What stands in the text → (after a final consonant, after a vowel).
_FORMS: Final = {
    "을(를)": ("을", "를"), "를(을)": ("을", "를"), "이(가)": ("이", "가"), "가(이)": ("이", "가"), "은(는)": ("은", "는"),
    "는(은)": ("은", "는"), "과(와)": ("과", "와"), "와(과)": ("과", "와"), "(으)로": ("으로", "로"), "으로(로)": ("으로", "로"),
    "로(으로)": ("으로", "로"),
}  # fmt: skip
_PLACE: Final = re.compile("|".join(re.escape(form) for form in sorted(_FORMS, key=len, reverse=True)))
_CLOSING: Final = "\"'’”」』》〉›»*_"
_BRACKETS: Final = {")": "(", "]": "[", "）": "（", "}": "{"}
_RIEUL: Final = 8  # the place of ㄹ among the finals of a syllable
_DIGITS: Final = "영일이삼사오육칠팔구"  # 0 also ends 십, 백, 천, 만, 억: a consonant, never ㄹ
_LETTERS: Final = {"L": "엘", "M": "엠", "N": "엔", "R": "알"}  # the others end in a vowel when spelt out
_UNITS: Final = {"%": "퍼센트", "㎡": "제곱미터", "℃": "도", "￦": "원", "₩": "원"}
_LATIN_L: Final = re.compile(r"(l|le|ll)$", re.I)
_LATIN_CONSONANT: Final = re.compile(r"(m|n|me|ne|ng|ck|(?<![aeiou])[aeiou][bcpkt]|ook)$", re.I)


def fit(text: str) -> str:
    """Every double form becomes the one that fits the word before it; after something unspeakable both stay."""
    out, at = "", 0
    for found in _PLACE.finditer(text):
        out += text[at : found.start()]
        out += choose(out, found.group())
        at = found.end()
    return out + text[at:]


def choose(before: str, form: str) -> str:
    """before: the text up to the particle; form: a double form such as “을(를)”."""
    final = _final(before)
    if final is None:
        return form
    after_consonant, after_vowel = _FORMS[form]
    vowel = final == 0 or (final == _RIEUL and after_vowel == "로")
    return after_vowel if vowel else after_consonant


def _final(before: str) -> int | None:
    """The last sound's final consonant: 0 none, _RIEUL ㄹ, another number another one; None when nobody can say."""
    word = _spoken(before)
    if not word:
        return None
    last = _UNITS.get(word[-1], word[-1])[-1]
    if last.isascii() and last.isdigit():
        return _of_syllable(_DIGITS[int(last)])
    if "가" <= last <= "힣":
        return _of_syllable(last)
    latin = re.search(r"[A-Za-z]+$", word)
    return _of_latin(latin.group()) if latin else None


def _spoken(before: str) -> str:
    """Without closing quotes and without what stands in brackets behind the word: that is not read aloud."""
    word = before.rstrip(_CLOSING)
    while word and word[-1] in _BRACKETS:
        opening = word.rfind(_BRACKETS[word[-1]])
        if opening <= 0:
            return word[opening + 1 : -1].rstrip(_CLOSING)  # the brackets are the whole word: then they are read
        word = word[:opening].rstrip(_CLOSING + " ")
    return word


def _of_syllable(syllable: str) -> int:
    return (ord(syllable) - ord("가")) % 28


def _of_latin(word: str) -> int:
    """Capitals are spelt out (CT, MRI, USB); other words by how their ends are usually written in Hangul."""
    if word.isupper() or len(word) == 1:
        return _of_syllable(_LETTERS.get(word[-1].upper(), "에"))
    if _LATIN_L.search(word):
        return _RIEUL
    return 1 if _LATIN_CONSONANT.search(word) else 0
