"""Doors of the parties and of the operating agency."""

from vouchers.agreements.views.agreeing import (
    agreements,
    detail,
    document,
    draft,
    reading_copy,
    refuse,
    revise,
    sign,
    signatures,
    verb,
)
from vouchers.agreements.views.authority import authorities, authority, authority_document, authority_verb
from vouchers.agreements.views.changing import change
from vouchers.agreements.views.negotiating import answer, negotiation
from vouchers.agreements.views.verifying import verify

__all__ = [
    "agreements",
    "answer",
    "authorities",
    "authority",
    "authority_document",
    "authority_verb",
    "change",
    "detail",
    "document",
    "draft",
    "negotiation",
    "reading_copy",
    "refuse",
    "revise",
    "sign",
    "signatures",
    "verb",
    "verify",
]
