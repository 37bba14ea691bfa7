"""Programs of an organisation: who they are (API keys), and how they write (once, on what they saw, with one answer)."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import actions
from portal.accounts.actions import Answer
from portal.accounts.models import ApiKey
from portal.kit import clock
from portal.kit.api import BadBody, MissingPrecondition, ProblemSerializer, PublicView, StalePrecondition, TooLarge, problem
from portal.kit.errors import DomainError


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema tells of keys."""

    target_class = "portal.accounts.api_keys.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "`Authorization: Api-Key <token>`; an institution's people make keys at /accounts/keys/."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="the ETag of what you read")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="any text of up to 255 characters; the same key gives the same answer",
)
SAID = {
    400: "The body cannot be read; each wrong or unknown field is named.",
    401: "No key, or one that opens nothing.",
    403: "The key's scopes or its maker's role do not allow this.",
    404: "Nothing of this institution stands here.",
    409: "A rule refused it, or another write of this key goes on.",
    412: "Somebody changed it after you read it.",
    422: "The Idempotency-Key was used with another request.",
    428: "The header If-Match is missing.",
}


def responses(answer: Any, *without: int, status: int = 200) -> dict[int, Any]:
    """For the schema: the answer and every problem, but those in `without`."""
    problems = {number: OpenApiResponse(ProblemSerializer, text) for number, text in SAID.items() if number not in without}
    return {status: answer, **problems}


class WritingView(PublicView):
    """Reads as everybody may, and of an institution's own what its key may see; writes with a scope."""

    scope: ClassVar[str] = ""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            answer["Cache-Control"] = "no-store"
            patch_vary_headers(answer, ["Authorization"])
        return answer

    def write(self, request: Request, work: Callable[[dict[str, Any]], Answer], *, needs_key: bool = False) -> Response:
        """Runs `work` on the body: once for an Idempotency-Key, with what the rules refuse as an answer."""
        if not isinstance(request.auth, ApiKey):
            raise exceptions.NotAuthenticated(_("Writing needs a key: Authorization: Api-Key …"))
        if self.scope not in request.auth.scopes:
            raise exceptions.PermissionDenied(_("This key lacks the scope %(scope)s.") % {"scope": self.scope})
        idempotency, body = _idempotency(request, needs_key), _body(request)
        what = f"{request.method} {request.path}"
        answer = actions.perform(
            key=request.auth, idempotency=idempotency, fingerprint=hashlib.sha256(what.encode() + b"\n" + request.body).hexdigest(),
            what=what, work=lambda: work(body), refused=lambda error: _refusal(error), now=clock.now(),
        )  # fmt: skip
        headers = {"ETag": answer.etag} if answer.etag else {}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        kind = "application/problem+json" if answer.status >= 400 else None
        return Response(answer.body, status=answer.status, headers=headers, content_type=kind)


def _refusal(error: DomainError) -> Answer:
    response = problem(error, {})
    assert response is not None
    return Answer(response.status_code, response.data)


_TOKEN = re.compile(r'"([\x20-\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')


def _idempotency(request: Request, needed: bool) -> str:
    text = request.headers.get("Idempotency-Key", "").strip()
    found = _TOKEN.fullmatch(text)
    if text and not found:
        raise BadBody(_("The header Idempotency-Key is a text of up to 255 printable characters."), ["Idempotency-Key"])
    if needed and not found:
        raise BadBody(_("This write needs the header Idempotency-Key, so that it happens once."), ["Idempotency-Key"])
    return (found[1] or found[2]) if found else ""


MOST_DEPTH = 12


def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises: TooLarge, ParseError, UnsupportedMediaType, BadBody."""
    if int(request.headers.get("Content-Length") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise TooLarge(_("The body is too large."))
    if request.content_type.split(";")[0].strip().lower() != "application/json":
        raise exceptions.UnsupportedMediaType(request.content_type)
    try:
        body = json.loads(request.body, parse_constant=_no_number, object_pairs_hook=_once)
        _check(body, 0)
    except (ValueError, RecursionError):
        raise exceptions.ParseError(_("The body is no JSON that can be read.")) from None
    if not isinstance(body, dict):
        raise exceptions.ParseError(_("The body is one JSON object."))
    return body


def _no_number(text: str) -> None:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _check(value: Any, depth: int) -> None:
    """Nothing that the database could not hold. Raises ValueError."""
    if depth > MOST_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a character that cannot be stored")
        value.encode()  # half a pair of surrogates is no character
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def require_match(request: Request, etag: str) -> None:
    """The write rests on what was read last. Raises: MissingPrecondition (428), StalePrecondition (412)."""
    wanted = request.headers.get("If-Match", "")
    if not wanted.strip():
        raise MissingPrecondition(_("Send the ETag of what you read in the header If-Match."))
    if etag not in [tag.strip() for tag in wanted.split(",")]:
        raise StalePrecondition(_("Somebody changed this after you read it. Read it again, then repeat your change."))
