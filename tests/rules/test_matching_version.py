"""The engine's version and its rules belong together: a stored ranking is made again only by the very rules that made it."""

import ast
import hashlib
import io
import re
import tokenize
from pathlib import Path

from vouchers.matching import rules

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "vouchers/matching/rules"
ENGINE = (
    *(HERE / f"{name}.py" for name in (
        "conditions", "content", "engine", "facts", "filters", "kinds", "need", "policy", "raising", "reasons", "remarks", "score",
        "verdict",
    )),
    *sorted((HERE / "bundles").glob("*.py")),
    ROOT / "providers/catalogue/rules/disease.py",
    ROOT / "providers/offers/rules/routing.py",
)  # fmt: skip
NUMBERS = {  # of other files these constants alone
    ROOT / "providers/institutions/rules.py": ("USUAL_DAYS",),
}
NOTES = ROOT / "locale/ko/providers.notes.po"  # the sources' own words in Korean, which stand in reasons
DIGESTS = {
    "1.9.0": "9a79c37441e43265",
    "1.10.0": "7c64c6269dd5bb97",
    "1.11.0": "72aa4e5a8ed71eba",
    "1.12.0": "4c990f6a3489e9c4",
}


def digest() -> str:
    """Of every word of the engine that has a meaning: comments, docstrings and where lines break have none."""
    made = hashlib.sha256()
    for path in ENGINE:
        made.update(" ".join(meaning(path.read_text(encoding="utf-8"))).encode())
    for path, names in NUMBERS.items():
        found = [
            node
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and {getattr(target, "id", "") for target in getattr(node, "targets", [getattr(node, "target", None)])} & set(names)
        ]
        assert len(found) == len(names), path
        made.update(" ".join(ast.unparse(node.value) for node in found if node.value is not None).encode())
    made.update("\n".join(re.findall(r'^(?:msgid|msgstr|") ?.*$', NOTES.read_text(encoding="utf-8"), re.M)).encode())
    return made.hexdigest()[:16]


def meaning(source: str) -> list[str]:
    said: list[str] = []
    breaks = False
    begins = True  # of a statement: a string there is a docstring
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL):
            breaks = True
            continue
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            begins = True
            continue
        if token.string in (")", "]", "}") and breaks and said[-1] == ",":
            said.pop()  # a comma at the end of a broken line
        if not (begins and token.type == tokenize.STRING):
            said.append(token.string)
        begins = breaks = False
    return said


def test_other_rules_are_another_engine() -> None:
    assert DIGESTS.get(rules.ENGINE_VERSION) == digest(), (
        f"The rules of the engine (or the Korean notes of the sources) are not those of {rules.ENGINE_VERSION}. Where any ranking or any"
        f' sentence of one may differ, raise ENGINE_VERSION; then write here what belongs to it: {{"{rules.ENGINE_VERSION}": "{digest()}"}}'
    )


def test_comments_docstrings_and_line_breaks_are_no_rules() -> None:
    plain = 'def points(a: int) -> int:\n    """One."""\n    return a + 1\n'
    same = '# a comment\ndef points(\n    a: int,\n) -> int:\n    """Two."""\n\n    return a + 1  # more\n'
    assert meaning(plain) == meaning(same) != meaning(plain.replace("+ 1", "+ 2"))
