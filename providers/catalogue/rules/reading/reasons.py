"""Why something was not taken over, as a code with its particulars: kept as data, said in the reader's language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from providers.catalogue.rules.reading.graph import clean


class Unreadable(Exception):
    """A whole document cannot be read. code: of SENTENCES; about: what the sentence names."""

    def __init__(self, code: str, **about: Any) -> None:
        super().__init__(code)
        self.code, self.about = code, about

    def __reduce__(self) -> Any:
        return _remade, (self.code, self.about)

    @property
    def reason(self) -> "Reason":
        return Reason(self.code, self.about)


def _remade(code: str, about: Mapping[str, Any]) -> Unreadable:
    return Unreadable(code, **about)


@dataclass(frozen=True)
class Reason:
    """code: of SENTENCES; about: what the sentence names, plain values; field: the field of the entry that it concerns."""

    code: str
    about: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""

    def kept(self) -> dict[str, Any]:
        return {"code": self.code, "about": {name: _storable(value) for name, value in self.about.items()}, "field": self.field}


def _storable(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def sentence(kept: Mapping[str, Any]) -> str:
    """A kept reason in the reader's language."""
    code, about = kept.get("code") or "", kept.get("about") or {}
    if code == "syntax" and not about.get("line"):
        code = "syntax_nowhere"
    if code == "lacking":  # names of properties of a profile, which the entry's own page lists
        about = {"n": len(about.get("names") or ())}
    return gettext(SENTENCES[code]) % about if code in SENTENCES else code


SENTENCES: Mapping[str, Any] = {
    # a whole document
    "empty": _("The document is empty."),
    "no_text": _("This is a spreadsheet, an archive or another binary file, no catalogue. Save the catalogue as Turtle, JSON-LD, RDF/XML or CKAN JSON."),
    "page": _("This is a web page, no catalogue. Give the address of the catalogue’s own document."),
    "encoding": _("The characters at byte %(place)s are not UTF-8. Save the document as UTF-8."),
    "deep": _("The document is nested too deeply."),
    "large": _("The document says more than %(most)s things. Split it into several documents."),
    "syntax": _("The document cannot be read from line %(line)s on, near “%(words)s”."),
    "ends": _("The document ends in the middle of a statement. Was it cut off while it was saved?"),
    "syntax_nowhere": _("The document is broken: %(words)s"),
    "doctype": _("The document declares a document type (<!DOCTYPE …>), which can hide harm. Remove the declaration."),
    "context": _("The JSON-LD context %(address)s is not known here, and contexts are never fetched. Write the context into the document."),
    "died": _("Reading was begun %(times)s times and never came to an end, so it was given up. Split the document, or write to the operating agency."),
    "infected": _("The virus scan refused the file. Upload a clean one."),
    "not_allowed": _("Whoever began the import may no longer do so. Begin it again with a role that allows it."),
    "unread": _("Reading went wrong for a reason that is the portal’s own. It was written down; the operating agency looks into it."),
    "not_modified": _("The source says that nothing changed since the last time."),
    "private": _("The address leads to a host that is not on the public network. It was not asked."),
    "port": _("The address leads to a port at which no catalogue is asked. It was not asked."),
    "robots": _("The source’s robots.txt does not allow this address, or could not be read. Ask its keeper to allow it."),
    "redirect": _("The source leads on to %(address)s, which is not followed. Register the address that it leads to."),
    "status": _("The source answered with status %(status)s."),
    "hangs": _("The source did not answer to the end within %(seconds)s seconds, so it was given up."),
    "unreachable": _("The source could not be reached: %(words)s"),
    "too_large": _("The source sends more than %(megabytes)s MB. Register its parts instead."),
    "packed": _("The source packs its answer as “%(kind)s”, which is not read here."),
    "paging": _("The source gives the same page again and again instead of the next one."),
    "slow": _("Reading the document took longer than %(seconds)s seconds, so it was given up. Split it into several documents."),
    "heavy": _("Reading the document took more memory than there is for it. Split it into several documents."),
    "nothing": _("No dataset was found in the document. It needs things of the class dcat:Dataset or schema.org Dataset, or the results of a CKAN search."),
    "not_ckan": _("This is no answer of a CKAN search: “result” with its “results” is missing."),
    "too_many": _("There are more than %(most)s datasets, which is more than is taken over at once. Split the catalogue."),
    # a record
    "no_identifier": _("The record has no identifier (dct:identifier or an address of its own). Without one it would be a new dataset at every import."),
    "no_title": _("The record has no title."),
    "twice": _("Another record of this document has the same identifier. Only the first one was read."),
    "no_institution": _("Whose data it is was not found: no institution here is called “%(name)s”."),
    "other_institution": _("The record belongs to another institution: %(name)s."),
    "other_dataset": _("The identifier belongs to a dataset of another institution."),
    "held": _("The institution writes this entry itself; only it, or its registered source, changes it."),
    "being_written": _("Somebody at the institution is writing the next version. Publish or discard that draft first; then import again."),
    "being_checked": _("The next version is being checked. Wait for the answer; then import again."),
    "retired": _("The entry was retired here. It is not taken up again by an import."),
    "unsaved": _("The database refused the record. Nothing of it was saved; the others were."),
    # a note on a record that was taken over
    "unknown_code": _("“%(value)s” is not in the code list here and was left out."),
    "unknown_agent": _("No institution here is called “%(value)s”; left out."),
    "misfit": _("“%(value)s” does not fit here and was left out."),
    "other_language": _("A text in the language “%(value)s” was left out; entries are in Korean and English."),
    "cut": _("The text was longer than %(most)s characters and was cut."),
    "lacking": _("%(n)s statements are still missing before it can be published; its page names them."),
}  # fmt: skip
