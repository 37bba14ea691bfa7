"""The agreement on paper. Korean binds; the English one is a reading copy made from the same body."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.kit import clock, pdf
from portal.kit.won import won, won_words
from portal.kit.words import pick
from vouchers.agreements import rules
from vouchers.matching.rules.stages import LineKind, TaxKind


def paper(*, body: Mapping[str, Any], content_hash: str, demo: bool, lang: str) -> bytes:
    """A PDF of one version. body: AgreementVersion.body; content_hash is printed on it; lang: ko or en."""
    with override(lang):
        inputs = _inputs(body, lang) | {"hash": content_hash}
        title = f"{'협약서' if lang == 'ko' else 'Agreement'} {body['number']}"
        return pdf.render(_source("agreement", lang), inputs, title=title, demo=demo, lang=lang)


def signature_record(
    *, body: Mapping[str, Any], content_hash: str, status: str, signatures: Sequence[rules.Signature], demo: bool, lang: str
) -> bytes:
    """A PDF that says who signed which hash and when (전자서명 확인서). status: an agreement's code; lang: ko or en."""
    with override(lang):
        inputs = {
            **{name: str(body[name]) for name in ("number", "version", "project_no", "title")},
            "hash": content_hash,
            "status": str(rules.AgreementStatus.word(status)),
            "parties": [
                {"role": str(rules.PartyRole.word(one.role)), "name": pick(one, "name"), "signer": one.signer or "–",
                 "at": localize(clock.to_kst(one.at)) if one.at else _("Not signed yet")}
                for one in signatures
            ],
        }  # fmt: skip
        title = f"{'전자서명 확인서' if lang == 'ko' else 'Record of signatures'} {body['number']}"
        return pdf.render(_source("signatures", lang), inputs, title=title, demo=demo, lang=lang)


def _source(name: str, lang: str) -> str:
    return (Path(settings.BASE_DIR) / "templates" / "pdf" / f"{name}.{lang}.typ").read_text(encoding="utf-8")


def _inputs(body: Mapping[str, Any], lang: str) -> dict[str, Any]:
    def word(source: Mapping[str, Any], name: str) -> str:
        return str(source.get(f"{name}_{lang}") or source.get(f"{name}_ko") or "")

    money = body["money"]
    return {
        "number": body["number"],
        "version": str(body["version"]),
        "project_no": body["project_no"],
        "receipt_no": body["receipt_no"],
        "title": body["title"],
        "round": word(body["round"], "title"),
        "track": word(body["track"], "name"),
        "period": [_day(body["period"]["from"], lang), _day(body["period"]["to"], lang)],
        "parties": [
            {"role": str(rules.PartyRole.word(p["role"])), "name": word(p, "name"), "id_no": p["id_no"]} for p in body["parties"]
        ],
        "lines": [
            {
                "kind": str(LineKind.word(line["kind"])),
                "description": line["description"],
                "amount": f"{line['amount_won']:,}",
                "tax": str(TaxKind.word(line["tax_kind"])),
                "payee": word(line["payee"], "name"),
                "data_holder": word(line["data_holder"], "name"),
                "reviewing_board": word(line["reviewing_board"], "name"),
                "contracting_party": word(line["contracting_party"], "name"),
            }
            for line in body["lines"]
            if line["amount_won"]
        ],
        "money": {key: f"{money[key]:,}" for key in ("supply_won", "vat_won", "grant_won", "own_cash_won")}
        | {"company_pays": f"{money['own_cash_won'] + money['vat_won']:,}", "grant_words": won_words(money["grant_won"])},
        "goal": body.get("goal", ""),
        "data_scope": body.get("data_scope", ""),
        "change": _change(body, lang),
        "formula": formula(money),
        "clauses": [{"title": word(c, "title"), "text": word(c, "text")} for c in body["clauses"]],
    }


def _change(body: Mapping[str, Any], lang: str) -> list[list[str]]:
    """What a change changed: (what, was, is) each; nothing in a text that no change made."""
    change = body.get("change")
    return change["differences"][lang] if change else []


def formula(money: Mapping[str, Any]) -> str:
    """`400,000,000원 × 85% = 340,000,000원, 한도 320,000,000원 적용`, in the reader's language. money: body["money"]."""
    facts = {
        "supply": won(money["supply_won"]),
        "rate": money["rate_percent"] + "%",
        "by_rate": won(money["by_rate_won"]),
        "grant": won(money["grant_won"]),
    }
    if money["grant_won"] < money["by_rate_won"]:
        return _("%(supply)s × %(rate)s = %(by_rate)s, limited to %(grant)s") % facts
    return _("%(supply)s × %(rate)s = %(by_rate)s") % facts


def _day(iso: str, lang: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.year}년 {day.month}월 {day.day}일" if lang == "ko" else date_format(day)
