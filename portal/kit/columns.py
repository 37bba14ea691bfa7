"""Names of columns that a model left to Django ("posted at"): said in the reader's language, without a migration.

A field with a name of its own keeps it. Migrations record only names written in the model, so these may change freely.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

COLUMNS = {
    "accepted_at": _("Accepted at"),
    "accepted_by": _("Accepted by"),
    "agreement": _("Agreement"),
    "amount_won": _("Amount (won)"),
    "answer": _("Answer"),
    "application": _("Application"),
    "approved_at": _("Approved at"),
    "approved_by": _("Approved by"),
    "board": _("Board"),
    "capacity_period": _("Capacity period"),
    "checked_at": _("Checked at"),
    "checked_by": _("Checked by"),
    "closed_at": _("Closed at"),
    "company": _("Company"),
    "company_confirmed_at": _("Company confirmed at"),
    "company_confirmed_by": _("Confirmed for the company by"),
    "content_hash": _("Content hash"),
    "contracting_party": _("Contracting party"),
    "created_by": _("Created by"),
    "data_holder": _("Data holder"),
    "dataset": _("Dataset"),
    "day": _("Day"),
    "decided_at": _("Decided at"),
    "decided_by": _("Decided by"),
    "decided_on": _("Decided on"),
    "description": _("Description"),
    "description_en": _("English description"),
    "description_ko": _("Korean description"),
    "document": _("Document"),
    "due_at": _("Due at"),
    "expires_at": _("Expires at"),
    "grant_won": _("Grant (won)"),
    "institution": _("Institution"),
    "kind": _("Kind"),
    "lead": _("Lead"),
    "match": _("Match"),
    "message": _("Message"),
    "milestone": _("Milestone"),
    "name": _("Name"),
    "name_en": _("English name"),
    "name_ko": _("Korean name"),
    "need": _("Data need"),
    "number": _("Number"),
    "offer": _("Offer"),
    "opened_at": _("Opened at"),
    "organisation": _("Organisation"),
    "paid_at": _("Paid at"),
    "part_of": _("Part of"),
    "payee": _("Payee"),
    "position": _("Position"),
    "posted_at": _("Posted at"),
    "provider_confirmed_at": _("Provider confirmed at"),
    "provider_confirmed_by": _("Confirmed for the provider by"),
    "published_at": _("Published at"),
    "quantity": _("Quantity"),
    "question": _("Question"),
    "quote": _("Quote"),
    "quoted_by": _("Quoted by"),
    "reason": _("Reason"),
    "ref": _("Reference"),
    "registered_at": _("Registered at"),
    "registered_by": _("Registered by"),
    "request": _("Request"),
    "requested_by": _("Requested by"),
    "reviewing_board": _("Reviewing board"),
    "round": _("Call"),
    "size": _("Size"),
    "source": _("Source"),
    "started_at": _("Started at"),
    "state": _("State"),
    "status": _("State"),
    "submitted_at": _("Submitted at"),
    "submitted_by": _("Submitted by"),
    "summary": _("Summary"),
    "supply_amount_won": _("Supply amount (won)"),
    "tax_kind": _("Tax"),
    "title": _("Title"),
    "title_en": _("English title"),
    "title_ko": _("Korean title"),
    "unit": _("Unit"),
    "unit_price_won": _("Unit price (won)"),
    "user": _("Person"),
    "vat_won": _("VAT (won)"),
    "voucher": _("Voucher"),
}


def name_columns(models: Iterable[Any]) -> None:
    """Gives every unnamed column of the models its name from COLUMNS, if it has one there."""
    for model in models:
        for field in model._meta.local_fields:
            if field._verbose_name is None and field.name in COLUMNS:
                field.verbose_name = COLUMNS[field.name]
