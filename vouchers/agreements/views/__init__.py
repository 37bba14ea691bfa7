"""Doors of the parties and of the operating agency."""

from vouchers.agreements.views.agreeing import agreements, detail, document, draft, reading_copy, revise, sign, signatures, verb
from vouchers.agreements.views.changing import change

__all__ = ["agreements", "change", "detail", "document", "draft", "reading_copy", "revise", "sign", "signatures", "verb"]
