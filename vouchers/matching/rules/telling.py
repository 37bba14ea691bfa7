"""Does a free sentence tell a number? Beside a band it would say what the band hides. Pure; Korean and English."""

import re
import unicodedata

_ENGLISH = re.compile(
    r"\b(zero|none|nobody|no-one|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?|"
    r"single|couple|pair|handful|few|fewer|several|half|twice)\b"
    r"|\bno\s+(?:such\s+|matching\s+)?(?:patients?|persons?|people|cases?|subjects?|records?|individuals?)\b",
    re.I,
)
_COUNTER = r"(?:명|건|사람|케이스|증례|환자|자리)"
_KOREAN = re.compile(
    r"하나|다섯|여섯|일곱|여덟|아홉|스물|스무|서른|마흔|예순|일흔|여든|아흔|극소수|소수의|소수만|거의\s*없"
    rf"|(?<![가-힣])(?:한|두|세|네|서너|너덧|열|열한|열두|열세|열네|몇|몇몇|여러|쉰)\s*{_COUNTER}"
    r"|(?<![가-힣])(?:둘|셋|넷|열|쉰)(?:뿐|만|이|입|밖|,|\.|\s|$)"
    r"|[일이삼사오육칠팔구십백천만]{2,}\s*명|(?<![가-힣])[삼사오육칠팔구십백천만영]\s*명"
    rf"|(?<![가-힣])[일이삼사오육칠팔구십백천만]{{2,}}\s*{_COUNTER}|(?<![가-힣])[삼사오육칠팔구십백천만]\s+{_COUNTER}"
    r"|(?:환자|대상자|증례|해당자)(?:가|는|은|도|수가)?\s*(?:전혀\s*|한\s*\S+도\s*)?없"
)


def tells_number(text: str) -> bool:
    """Any digit of any script, a number word, a quantity in words (few, half, nobody)."""
    plain = unicodedata.normalize("NFKC", text)
    digit = any(unicodedata.numeric(letter, None) is not None for letter in text + plain)
    return digit or _ENGLISH.search(plain) is not None or _KOREAN.search(plain) is not None
