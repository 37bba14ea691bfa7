"""The clerk's door: calls and, of a draft, the questions that its applications ask."""

from vouchers.rounds.admin.calls import RoundAdmin
from vouchers.rounds.admin.inquiries import InquiryAdmin

__all__ = ["InquiryAdmin", "RoundAdmin"]
