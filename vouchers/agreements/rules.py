"""The three-party agreement and its voucher. Source: domain.md §6.6, 6.11."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class AgreementStatus(Codes):
    DRAFTING = "DRAFTING", _("Draft")
    AWAITING_SIGNATURES = "AWAITING_SIGNATURES", _("Waiting for signatures")
    ACTIVE = "ACTIVE", _("In force")
    SUSPENDED = "SUSPENDED", _("Suspended")
    COMPLETED = "COMPLETED", _("Completed")
    TERMINATED = "TERMINATED", _("Terminated")


class PartyRole(Codes):
    OPERATOR = "OPERATOR", _("Operating agency")
    COMPANY = "COMPANY", _("Company")
    PROVIDER = "PROVIDER", _("Provider")


class VoucherStatus(Codes):
    ISSUED = "ISSUED", _("Issued")
    SPENT = "SPENT", _("Spent")
    EXPIRED = "EXPIRED", _("Expired")
    CANCELLED = "CANCELLED", _("Cancelled")


S = AgreementStatus
LIFECYCLE = Lifecycle(
    "agreement",
    S,
    S.DRAFTING,
    {
        (S.DRAFTING, "send_for_signature"): S.AWAITING_SIGNATURES,
        (S.AWAITING_SIGNATURES, "return_to_draft"): S.DRAFTING,
        (S.AWAITING_SIGNATURES, "sign"): S.AWAITING_SIGNATURES,
        (S.AWAITING_SIGNATURES, "activate"): S.ACTIVE,
        (S.ACTIVE, "suspend"): S.SUSPENDED,
        (S.SUSPENDED, "resume"): S.ACTIVE,
        (S.ACTIVE, "complete"): S.COMPLETED,
        (S.DRAFTING, "terminate"): S.TERMINATED,
        (S.AWAITING_SIGNATURES, "terminate"): S.TERMINATED,
        (S.ACTIVE, "terminate"): S.TERMINATED,
        (S.SUSPENDED, "terminate"): S.TERMINATED,
    },
)


def content_hash(body: Mapping[str, Any], previous_hash: str) -> str:
    """SHA-256 over the canonical content and the hash of the version before: what the parties sign."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256((previous_hash + text).encode()).hexdigest()
