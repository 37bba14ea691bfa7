"""The agreement on paper. Korean binds; the English one is a reading copy made from the same body."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.kit import pdf
from portal.kit.won import won, won_words
from vouchers.agreements import rules
from vouchers.matching.rules.stages import LineKind, TaxKind


def paper(*, body: Mapping[str, Any], content_hash: str, demo: bool, lang: str) -> bytes:
    """A PDF of one version. body: AgreementVersion.body; content_hash is printed on it; lang: ko or en."""
    source = (Path(settings.BASE_DIR) / "templates" / "pdf" / f"agreement.{lang}.typ").read_text(encoding="utf-8")
    with override(lang):
        inputs = _inputs(body, lang) | {"hash": content_hash}
        title = f"{'협약서' if lang == 'ko' else 'Agreement'} {body['number']}"
        return pdf.render(source, inputs, title=title, demo=demo, lang=lang)


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
        ],
        "money": {key: f"{money[key]:,}" for key in ("supply_won", "vat_won", "grant_won", "own_cash_won")}
        | {"company_pays": f"{money['own_cash_won'] + money['vat_won']:,}", "grant_words": won_words(money["grant_won"])},
        "formula": formula(money),
        "clauses": [{"title": word(c, "title"), "text": word(c, "text")} for c in body["clauses"]],
    }


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
    year, month, day = (int(part) for part in iso.split("-"))
    return f"{year}년 {month}월 {day}일" if lang == "ko" else f"{year}-{month:02d}-{day:02d}"
