"""The catalogue for programs: DCAT-AP and HealthDCAT-AP as Turtle and JSON-LD, schema.org, Croissant, and the words they use."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.kit.access import public
from portal.kit.words import korean
from providers.catalogue import queries
from providers.catalogue.rules import rdf

PLAIN = "text/plain; charset=utf-8"
JSON_LD = "application/ld+json"
WRITERS: dict[str, tuple[str, Callable[[Iterable[rdf.Node], str], Iterator[str]]]] = {
    "ttl": ("text/turtle; charset=utf-8", rdf.turtle),
    "jsonld": (JSON_LD, rdf.json_ld),
}
MAX_AGE = 300  # seconds


@public
@require_safe
def catalogue_document(request: HttpRequest, ending: str) -> HttpResponseBase:
    """All published entries, written while they are read: a catalogue of any size takes the same memory."""
    profile = _profile(request)
    if not profile:
        return _unknown_profile()
    now = queries.stamp()
    tag = quote_etag(f"{now.tag}-{profile}-{ending}")
    if known := get_conditional_response(request, tag, _seconds(now.changed)):
        return _headed(known, tag, now.changed)
    kind, writer = WRITERS[ending]
    changed = now.changed or datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    pieces = writer(queries.catalogue_nodes(profile, changed), _own()) if request.method == "GET" else iter(())
    return _headed(StreamingHttpResponse((piece.encode() for piece in pieces), content_type=kind), tag, now.changed)


@public
@require_safe
def dataset_document(request: HttpRequest, key: str, ending: str) -> HttpResponseBase:
    """One published dataset with all that it needs, with no catalogue around it."""
    profile = _profile(request)
    if not profile:
        return _unknown_profile()
    found = _found(key)
    kind, writer = WRITERS[ending]
    return _whole(request, "".join(writer(queries.dataset_nodes(found, profile), _own())), kind, found.changed)


@public
@require_safe
def words_document(request: HttpRequest, listed: str, ending: str) -> HttpResponseBase:
    """A code list of the catalogue, or the portal's own terms, in both languages."""
    nodes = queries.word_nodes(listed)
    if nodes is None:
        raise Http404
    kind, writer = WRITERS[ending]
    return _whole(request, "".join(writer(nodes, _own())), kind)


@public
@require_safe
def words(request: HttpRequest, listed: str) -> HttpResponse:
    """The address that a code carries leads to the document that explains it."""
    ending = "jsonld" if request.get_preferred_type(["text/turtle", JSON_LD]) == JSON_LD else "ttl"
    return HttpResponse(status=303, headers={"Location": f"/catalogue/codes/{listed}.{ending}", "Vary": "Accept"})


@public
@require_safe
def schema_org(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the dataset's page says to search engines, alone."""
    found = _found(key)
    return _whole(request, _text(queries.schema_org_of(found, "ko" if korean() else "en")), JSON_LD, found.changed)


@public
@require_safe
def croissant(request: HttpRequest, key: str) -> HttpResponseBase:
    """Croissant 1.0, for data or a sample of it that anybody may download."""
    found = _found(key)
    document = queries.croissant_of(found, "ko" if korean() else "en")
    if document is None:
        sentence = _(
            "There is no Croissant document: no file of this dataset can be downloaded by everybody under an open licence."
        )
        return HttpResponse(sentence, status=404, content_type=PLAIN)
    return _whole(request, _text(document), JSON_LD, found.changed)


def _found(key: str) -> queries.Exported:
    found = queries.exported(key)
    if found is None:
        raise Http404
    return found


def _profile(request: HttpRequest) -> str:
    """The profile that was asked for, the fuller one by default; "" for one that is not known."""
    wished = request.GET.get("profile", queries.PROFILES[0])
    return wished if wished in queries.PROFILES else ""


def _unknown_profile() -> HttpResponse:
    sentence = _("The parameter profile is one of: %(known)s.") % {"known": ", ".join(queries.PROFILES)}
    return HttpResponse(sentence, status=400, content_type=PLAIN)


def _own() -> str:
    return f"{settings.BASE_URL}/catalogue/codes/terms/#"


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _whole(request: HttpRequest, text: str, kind: str, changed: datetime | None = None) -> HttpResponseBase:
    """A document that is small enough to be hashed."""
    tag = quote_etag(sha256(text.encode()).hexdigest()[:32])
    answer = HttpResponse(text, content_type=kind)
    return _headed(get_conditional_response(request, tag, _seconds(changed), answer) or answer, tag, changed)


def _headed(answer: HttpResponseBase, tag: str, changed: datetime | None) -> HttpResponseBase:
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={MAX_AGE}"
    if seconds := _seconds(changed):
        answer["Last-Modified"] = http_date(seconds)
    return answer


def _seconds(changed: datetime | None) -> int | None:
    return int(changed.timestamp()) if changed else None
