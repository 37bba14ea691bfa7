"""An institution in words: its facts, where they come from, its card in the list."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from portal.kit.words import pick
from providers.catalogue.queries import Fact, published_counts, says, words
from providers.catalogue.rules import HANGUL
from providers.institutions import rules
from providers.institutions.models import Institution

INSTITUTION_LISTS = ("institution_type", "hospital_type", "region", "consortium", "institution_role", "certainty")


def holder_facts(institution: Institution) -> list[Fact]:
    """The institution in the margin of a dataset's page. One query."""
    told = institution_facts(institution)
    return [fact for fact in told["who"] if fact.value != gettext("Not published") or fact.label == gettext("Region")]


def institution_facts(institution: Institution) -> dict[str, list[Fact]]:
    """Everything the source says: who it is and where the facts come from. One query."""
    labels = words(*INSTITUTION_LISTS)

    def one(listed: str, code: str) -> str:
        return labels.get(listed, {}).get(code, code)

    def fact(label: str, value: str, note: str = "") -> Fact:
        return Fact(label, value or gettext("Not published"), note if value else "")

    yes_no = {True: gettext("Yes"), False: gettext("No"), None: ""}
    recalled = gettext("From general knowledge: confirm with the holder.")
    is_hospital = institution.institution_type.startswith("HOSPITAL")
    role = {"LEAD": gettext("Lead institution"), "MEMBER": gettext("Participating institution")}.get(
        institution.consortium_role, ""
    )
    consortium = one("consortium", institution.consortium) if institution.consortium else ""
    hospital = fact(
        gettext("Type of hospital"),
        one("hospital_type", institution.hospital_type) if institution.hospital_type else "",
        recalled if institution.hospital_type_certainty == "recalled" else "",
    )
    who = [
        fact(gettext("Kind"), one("institution_type", institution.institution_type)),
        *([hospital] if is_hospital else []),
        fact(gettext("Region"), one("region", institution.region) if institution.region else ""),
        fact(gettext("Capital area"), yes_no[institution.capital_area]),
        *([fact(gettext("Consortium"), " · ".join(filter(None, [consortium, role])))] if is_hospital else []),
        fact(
            gettext("Voucher supplier"),
            gettext("Yes: the voucher may pay it") if institution.voucher_supplier else gettext("No"),
        ),
        fact(gettext("Roles"), ", ".join(one("institution_role", code) for code in institution.roles)),
        *([fact(gettext("Secure analysis centre"), gettext("Yes"))] if institution.secure_analysis_centre else []),
    ]
    origin = [
        fact(gettext("Other names"), ", ".join(institution.aliases)),
        fact(gettext("Website"), institution.site),
        fact(gettext("Certainty"), one("certainty", institution.certainty) if institution.certainty else ""),
        Fact(
            gettext("Source"),
            institution.source or gettext("Not published"),
            original="ko" if HANGUL.search(institution.source) else "en" if institution.source else "",
        ),
        *([Fact(gettext("Notes"), says(institution.notes))] if says(institution.notes) else []),
    ]
    return {"who": who, "origin": origin}


def stated(institution: Institution) -> list[Fact]:
    """What an applicant said of itself, for its own people and for those who verify it."""
    labels = words(*INSTITUTION_LISTS)
    role = {"LEAD": gettext("Lead institution"), "MEMBER": gettext("Participating institution")}
    consortium = [labels.get("consortium", {}).get(institution.consortium, ""), role.get(institution.consortium_role, "")]
    said = [
        (gettext("Korean name"), institution.name_ko),
        (gettext("English name"), institution.name_en),
        (gettext("Institution type"), labels.get("institution_type", {}).get(institution.institution_type, "")),
        (gettext("Type of hospital"), labels.get("hospital_type", {}).get(institution.hospital_type, "")),
        (gettext("Region"), labels.get("region", {}).get(institution.region, "")),
        (gettext("Consortium"), " · ".join(part for part in consortium if part)),
        (gettext("Website"), institution.site),
        (gettext("What data you hold"), institution.notes),
        (gettext("Contact desk"), desk_words(institution)),
    ]
    return [Fact(label, value or "—") for label, value in said]


def as_holder(institution: Institution) -> dict[str, str]:
    """What an institution has said already and a new entry of it begins with: who keeps the data, whom to ask."""
    desk = {
        "contact_name_ko": institution.desk_ko, "contact_name_en": institution.desk_en, "contact_email": institution.desk_email,
        "contact_phone": institution.desk_phone,
    }  # fmt: skip
    return {"custodian": institution.key, **desk} if institution.status in rules.SEEN else desk


def desk_words(institution: Institution) -> str:
    """The office that answers companies, with the ways to reach it."""
    reached = [pick(institution, "desk"), institution.desk_email, institution.desk_phone]
    return ", ".join(part for part in reached if part)


def institution_cards(institutions: Iterable[Institution]) -> list[dict[str, Any]]:
    """Items for the structured list. Two queries, however many there are."""
    rows = list(institutions)
    labels, datasets = words(*INSTITUTION_LISTS), published_counts(rows)
    return [_institution_card(row, labels, datasets.get(row.pk, 0)) for row in rows]


def _institution_card(row: Institution, labels: dict[str, dict[str, str]], datasets: int) -> dict[str, Any]:
    def one(listed: str, code: str) -> str:
        return labels.get(listed, {}).get(code, code)

    kind = one("hospital_type", row.hospital_type) if row.hospital_type else one("institution_type", row.institution_type)
    consortium = [{"label": gettext("Consortium"), "value": one("consortium", row.consortium)}] if row.consortium else []
    suspended = row.status != rules.InstitutionStatus.ACTIVE
    return {
        "title": pick(row, "name"),
        "url": f"/providers/institutions/{row.key}/",
        "badge": row.get_status_display() if suspended else gettext("Voucher supplier") if row.voucher_supplier else kind,
        "tone": "neutral" if suspended or not row.voucher_supplier else "done",
        "kicker": (kind if row.voucher_supplier else "") + (f" · {gettext('Demonstration')}" if row.is_demo else ""),
        "facts": [
            {"label": gettext("Region"), "value": one("region", row.region) if row.region else gettext("Not published")},
            {"label": gettext("Datasets"), "value": f"{datasets:,}"},
            *consortium,
        ],
    }
