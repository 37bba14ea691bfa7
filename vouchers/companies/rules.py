"""Business numbers, registration and size. Source: domain.md §1.8, 4.3, 4.4."""

from datetime import date
from unicodedata import normalize

from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import ConsentText
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import CompanySize as CompanySize


class Verification(Codes):
    """How we know that the person who registered may speak for the number."""

    UNVERIFIED = "UNVERIFIED", _("Not verified yet")
    VERIFIED = "VERIFIED", _("Registration verified")
    REFUSED = "REFUSED", _("Registration refused")
    DISPUTED = "DISPUTED", _("Claim disputed")


class TaxStatus(Codes):
    """국세청 사업자 상태: 01 계속, 02 휴업, 03 폐업; UNKNOWN while the service did not answer."""

    ACTIVE = "ACTIVE", _("In business")
    SUSPENDED = "SUSPENDED", _("Business suspended")
    CLOSED = "CLOSED", _("Business closed down")
    UNREGISTERED = "UNREGISTERED", _("Not registered with the tax service")
    UNKNOWN = "UNKNOWN", _("Not known yet")


class Validation(Codes):
    """What the tax service said to name and opening date (진위확인 `validate`)."""

    NOT_ASKED = "NOT_ASKED", _("Not asked yet")
    MATCHED = "MATCHED", _("Agrees with the tax service")
    MISMATCHED = "MISMATCHED", _("Differs from the tax service")


class ConsentKind(Codes):
    """Consents asked when a company registers; the third one is needed only at submission."""

    PRIVACY = "PRIVACY", _("Collection and use of the company's and the representative's data")
    THIRD_PARTY = "THIRD_PARTY", _("Provision to hospitals and evaluators")
    ELECTRONIC_SERVICE = "ELECTRONIC_SERVICE", _("Electronic service of decisions")


CONSENT_VERSION = "2026-11"
CONSENTS: tuple[ConsentText, ...] = (
    ConsentText(
        ConsentKind.PRIVACY,
        CONSENT_VERSION,
        ConsentKind.PRIVACY.label,
        _("To check the registration with the tax service and to handle applications and projects."),
        _("Name of the representative (erased once it was checked), facts of the company, address for notices."),
        _("Until the company leaves the portal; records of applications for five years after the project ends."),
        _("You may refuse. Without this consent a company cannot be registered."),
        True,
    ),
    ConsentText(
        ConsentKind.THIRD_PARTY,
        CONSENT_VERSION,
        ConsentKind.THIRD_PARTY.label,
        _("Hospitals that you ask for data or a quote receive it to answer; evaluators receive it to evaluate."),
        _("Facts of the company, data need, application."),
        _("By a hospital until the quote or the project ends; by evaluators until the selection is published."),
        _("You may refuse now. The consent is asked again, and needed, when you submit an application."),
        False,
    ),
    ConsentText(
        ConsentKind.ELECTRONIC_SERVICE,
        CONSENT_VERSION,
        ConsentKind.ELECTRONIC_SERVICE.label,
        _("Decisions are served on you at the e-mail address that you enter below."),
        _("The address for electronic service."),
        _("Until you withdraw the consent."),
        _("You may refuse. Decisions then come by post, and by e-mail only as information."),
        False,
    ),
)
DISPUTES_A_PERSON = 3  # claims to numbers of others that one person may file …
DISPUTE_DAYS = 30  # … within so many days
CLAIM_MINUTES = 5  # a worker that died gives its companies back after this
PERSON_AFTER_ATTEMPTS = 3  # then an officer hears of it; the asking goes on
RECHECK_DAYS = 7
NAME_KEPT_DAYS = 7  # a representative's name that could not be checked is forgotten after this


# the tax service's own words → ours, in both languages
TAX_TYPES = {
    "부가가치세 일반과세자": _("General VAT taxpayer"),
    "일반과세자": _("General VAT taxpayer"),
    "부가가치세 간이과세자": _("Simplified VAT taxpayer"),
    "부가가치세 과세특례자": _("VAT taxpayer under the special rule"),
    "부가가치세 면세사업자": _("Exempt from VAT"),
    "수익사업을 영위하지 않는 비영리법인이거나 고유번호가 부여된 단체,국가기관 등": _("Non-profit body or public institution"),
}


V = Verification
LIFECYCLE = Lifecycle(
    "company",
    V,
    V.UNVERIFIED,
    {
        (V.UNVERIFIED, "verify"): V.VERIFIED,
        (V.UNVERIFIED, "refuse_registration"): V.REFUSED,
        (V.REFUSED, "verify"): V.VERIFIED,
        (V.VERIFIED, "dispute"): V.DISPUTED,
        (V.UNVERIFIED, "dispute"): V.DISPUTED,
        (V.REFUSED, "dispute"): V.DISPUTED,
        (V.DISPUTED, "settle_dispute"): V.VERIFIED,
        (V.DISPUTED, "keep_verified"): V.VERIFIED,
        (V.DISPUTED, "keep_unverified"): V.UNVERIFIED,
        (V.DISPUTED, "keep_refused"): V.REFUSED,
    },
)


class RequestStatus(Codes):
    FILED = "FILED", _("Filed")
    GRANTED = "GRANTED", _("Granted")
    REJECTED = "REJECTED", _("Rejected")


REQUEST_LIFECYCLE = Lifecycle(
    "company_request",
    RequestStatus,
    RequestStatus.FILED,
    {
        (RequestStatus.FILED, "grant"): RequestStatus.GRANTED,
        (RequestStatus.FILED, "reject"): RequestStatus.REJECTED,
    },
)


class RestrictionStatus(Codes):
    ENTERED = "ENTERED", _("Entered, not confirmed")
    IN_FORCE = "IN_FORCE", _("Counts")
    REJECTED = "REJECTED", _("Entered wrongly")


RESTRICTION_LIFECYCLE = Lifecycle(
    "restriction",
    RestrictionStatus,
    RestrictionStatus.ENTERED,
    {
        (RestrictionStatus.ENTERED, "confirm_restriction"): RestrictionStatus.IN_FORCE,
        (RestrictionStatus.ENTERED, "reject_restriction"): RestrictionStatus.REJECTED,
    },
)


def normal_name(name: str) -> str:
    """A person's name as it is compared: letters alone, however they were spaced, cased or composed."""
    return "".join(letter for letter in normalize("NFKC", name).casefold() if letter.isalpha())


_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def clean_brn(text: str) -> str:
    """Only the digits of a business registration number as typed (`123-45-67891`); letters stay and fail the check."""
    return text.strip().replace("-", "").replace(" ", "")


def brn_valid(brn: str) -> bool:
    """Checksum of the 10-digit 사업자등록번호; all zeros pass the sum and are refused here."""
    if len(brn) != 10 or not brn.isascii() or not brn.isdigit() or not int(brn):
        return False
    digits = [int(c) for c in brn]
    total = sum(a * b for a, b in zip(digits, _WEIGHTS, strict=False)) + digits[8] * 5 // 10
    return (10 - total % 10) % 10 == digits[9]


def brn_fault(typed: str) -> str:
    """Why a business number as typed cannot be right: "", "empty", "letters", "length", "zeros" or "checksum"."""
    brn = clean_brn(typed)
    if not brn:
        return "empty"
    if not (brn.isascii() and brn.isdigit()):
        return "letters"
    if len(brn) != 10:
        return "length"
    if not int(brn):
        return "zeros"
    return "" if brn_valid(brn) else "checksum"


BRN_SENTENCES = {
    "empty": _("Enter the business registration number."),
    "letters": _("A business registration number has only digits and hyphens. Remove the other characters."),
    "length": _("A business registration number has ten digits, for example 123-45-67891. Count them again."),
    "zeros": _("000-00-00000 is no business registration number. Enter the number on the certificate."),
    "checksum": _("The last digit does not fit the others, so there is a typing error. Compare with the certificate."),
}


def retry_after_minutes(attempts: int) -> int:
    """1, 5, 25, then every two hours while the tax service does not answer."""
    return min(5 ** max(0, attempts - 1), 120)


def brn_words(brn: str) -> str:
    """`1234567891` → `123-45-67891`."""
    return f"{brn[:3]}-{brn[3:5]}-{brn[5:]}" if len(brn) == 10 else brn


def can_be_served(service_email: str, address: str) -> bool:
    """Decisions reach a company electronically or by post (행정절차법 제14조): one of the two addresses must be there."""
    return bool(service_email.strip() or address.strip())


def corporate_no_plausible(number: str) -> bool:
    """Check digit of the 13-digit 법인등록번호: a warning only, numbers since 2025-01-31 carry none (domain.md §4.3)."""
    if len(number) != 13 or not number.isdigit():
        return False
    total = sum(int(c) * (1 + i % 2) for i, c in enumerate(number[:12]))
    return (10 - total % 10) % 10 == int(number[12])


def certificate_valid(valid_from: date, valid_to: date, on: date) -> bool:
    """A size certificate counts on its first and its last day."""
    return valid_from <= on <= valid_to
