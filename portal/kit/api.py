"""The public API's house rules: problem+json, cursor pages, unknown parameters named, ETag, language from the request.

A list is a subclass of `PublicList`; it names its queryset, serializer, `filters` and `orderings`, nothing else.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language, get_language_from_request
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from portal.kit.errors import DomainError

PROBLEM = "application/problem+json"
COMMON_PARAMETERS = frozenset({"format", "language"})
LIST_PARAMETERS = frozenset({"cursor", "page_size", "ordering"})


class BadParameters(exceptions.APIException):
    """Parameters that this address does not know, or values that it cannot read; each named."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_parameters"

    def __init__(self, detail: str, names: list[str], allowed: list[str] | None = None) -> None:
        super().__init__(detail)
        self.names, self.allowed = names, allowed


class BadBody(exceptions.APIException):
    """Fields or headers of a write that cannot be accepted; each named."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_body"

    def __init__(self, detail: str, names: list[str]) -> None:
        super().__init__(detail)
        self.fields = names


class MissingPrecondition(exceptions.APIException):
    """A write says on which version it rests (RFC 6585)."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"


class StalePrecondition(exceptions.APIException):
    """The version on which a write rests is not the newest."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"


class TooLarge(exceptions.APIException):
    """More than the portal takes in one request."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Whole(serializers.Serializer[Any]):
    """A thing that is put whole: every field is needed, and an unknown one is refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            raise exceptions.ValidationError({name[:60]: [_("This field is unknown.")] for name in unknown[:20]})
        return super().to_internal_value(data)


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457, for the schema: `errors` says more where several fields are wrong."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    field = serializers.CharField(required=False)
    fields = serializers.ListField(child=serializers.CharField(), required=False)  # type: ignore[assignment]
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


def problem(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST_FRAMEWORK's EXCEPTION_HANDLER: every error as application/problem+json (RFC 9457)."""
    extra: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(exc, DomainError):
        code, detail, number = exc.code, str(exc.message), exc.status
        if exc.field:
            extra["field"] = exc.field
    elif isinstance(exc, Http404 | exceptions.NotFound):
        code, detail, number = "not_found", _("There is nothing at this address."), 404
    elif isinstance(exc, PermissionDenied):
        code, detail, number = "not_allowed", _("Your key does not allow this."), 403
    elif isinstance(exc, exceptions.ValidationError):
        code, detail, number = "invalid", _("Some fields cannot be accepted."), 400
        extra["errors"] = exc.detail
        if isinstance(exc.detail, dict):
            extra["fields"] = sorted(exc.detail)
    elif isinstance(exc, exceptions.APIException):
        code, detail, number = str(exc.default_code), str(exc.detail), exc.status_code
        if isinstance(exc, BadParameters):
            extra["parameters"] = exc.names
            if exc.allowed is not None:
                extra["allowed"] = exc.allowed
        if isinstance(exc, BadBody):
            extra["fields"] = exc.fields
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            headers["WWW-Authenticate"] = getattr(exc, "auth_header", None) or "Api-Key"
        wait = getattr(exc, "wait", None)  # Throttled
        if wait:
            headers["Retry-After"] = str(int(wait) + 1)
    else:
        return None
    title = {
        400: _("Bad request"), 401: _("Key not accepted"), 403: _("Not allowed"), 404: _("Not found"), 405: _("Method not allowed"),
        406: _("Format not on offer"), 409: _("Conflict"), 412: _("Changed meanwhile"),
        413: _("Too large"), 422: _("Cannot be processed"), 428: _("Condition needed"), 415: _("Unsupported media type"), 429: _("Too many requests"),
    }.get(number, _("Error"))  # fmt: skip
    body = {"type": "about:blank", "title": title, "status": number, "detail": detail, "code": code, **extra}
    return Response(body, status=number, headers=headers, content_type=PROBLEM)


LANGUAGE = OpenApiParameter("language", str, enum=["ko", "en"], description="of the words; else Accept-Language, else Korean")


class ListSchema(AutoSchema):
    """The schema of a public list: an envelope of pages, and every parameter that the list takes."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return True

    def get_override_parameters(self) -> list[Any]:
        view = cast("PublicList", self.view)
        orders = [sign + name for name in view.orderings for sign in ("", "-")]
        filters = [
            OpenApiParameter(name, bool) if name in view.booleans
            else OpenApiParameter(name, str, description="codes; several with commas mean any of them" if name in view.coded else "")
            for name in (*view.filters, *view.searches)
        ]  # fmt: skip
        return [*filters, OpenApiParameter("ordering", str, enum=orders, description="a minus in front reverses"), LANGUAGE]


class PublicView(APIView):
    """Anybody may read; a parameter that the address does not know is refused by name."""

    access = "public"
    parameters: frozenset[str] = frozenset()  # what the address knows beside COMMON_PARAMETERS
    max_age = 300

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        activate(language_of(request))
        formats = [renderer.format for renderer in self.renderer_classes]
        if request.query_params.get("format", formats[0]) not in formats:
            raise BadParameters(_("This format is not on offer."), ["format"], formats)
        super().initial(request, *args, **kwargs)
        allowed = self.parameters | COMMON_PARAMETERS
        unknown = sorted(set(request.query_params) - allowed)
        if unknown:
            detail = _("Unknown parameters: %(names)s. Known are: %(known)s.") % {
                "names": ", ".join(unknown),
                "known": ", ".join(sorted(allowed)),
            }
            raise BadParameters(detail, unknown, sorted(allowed))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Language, ETag and Cache-Control; 304 when the reader has it already."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Content-Language"] = get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(answer, ["Accept-Language", "Authorization"])
        if request.method in ("GET", "HEAD") and answer.status_code == 200:
            answer.add_post_render_callback(_stamp(request, self.max_age))
        if answer.status_code >= 400:
            answer["Cache-Control"] = "no-store"
        return answer


class NothingHere(PublicView):
    """An address of the API that does not exist: the same problem+json as any other error, in the reader's language."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        activate(language_of(request))
        raise Http404


def language_of(request: Request | HttpRequest) -> str:
    """`?language=ko|en`, else Accept-Language, else Korean."""
    wished = request.GET.get("language", "")
    if wished:
        if wished not in dict(settings.LANGUAGES):
            raise BadParameters(_("The parameter language is ko or en."), ["language"])
        return wished
    if not request.headers.get("Accept-Language"):
        return settings.LANGUAGE_CODE
    return get_language_from_request(getattr(request, "_request", request))


def _stamp(request: Any, max_age: int) -> Any:
    def stamp(response: Any) -> None:
        etag = response.get("ETag") or f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache" if request.auth else f"public, max-age={max_age}"
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
        if etag in known or "*" in known:
            response.status_code = 304
            response.content = b""
            del response["Content-Type"]

    return stamp


class Cursor(CursorPagination):
    """`next`, `previous`, `results`; page_size 1 to 200."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= self.max_page_size:
            raise BadParameters(_("The parameter page_size is a number from 1 to 200."), ["page_size"])
        return int(text)


class PublicList(PublicView, GenericAPIView):  # type: ignore[type-arg]
    """A public list, page by page. A parameter, code or cursor that the list does not know is refused by name."""

    # filters: parameter → lookup (`region` → `region`, `modality` → `modality__contains` for arrays); coded: parameter → code
    # list whose codes it takes, read by `codes` (given to as_view by the assembly); orderings: public name → column, the
    # first is the default.
    schema = ListSchema()
    pagination_class = Cursor
    serializer_class: type[BaseSerializer[Any]]
    filters: ClassVar[Mapping[str, str]] = {}
    searches: ClassVar[Mapping[str, Callable[[QuerySet[Any], str], QuerySet[Any]]]] = {}  # parameter → what it does to the rows
    booleans: ClassVar[frozenset[str]] = frozenset()
    coded: ClassVar[Mapping[str, str]] = {}
    codes: Callable[[], Mapping[str, Collection[str]]] | None = None
    orderings: ClassVar[Mapping[str, str]] = {"ref": "ref"}

    @property
    def parameters(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset(self.filters) | frozenset(self.searches) | LIST_PARAMETERS

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.narrowed(self.get_queryset())
        assert self.paginator is not None
        self.paginator.ordering = self.order()  # type: ignore[attr-defined]
        try:
            page = self.paginate_queryset(rows)
        except exceptions.NotFound:
            raise BadParameters(_("The parameter cursor is not one that this list gave."), ["cursor"]) from None
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The filters of the address applied; several values separated by commas mean any of them."""
        for name, lookup in self.filters.items():
            text = self.request.query_params.get(name)
            if text is None or text == "":
                continue
            if not text.isprintable():
                raise BadParameters(_("The parameter %(name)s holds unreadable characters.") % {"name": name}, [name])
            if name in self.booleans:
                if text not in ("true", "false"):
                    raise BadParameters(_("The parameter %(name)s is true or false.") % {"name": name}, [name])
                rows = rows.filter(**{lookup: text == "true"})
                continue
            values = [value for value in text.split(",") if value][:50]
            self._refuse_unknown_codes(name, values)
            if lookup.endswith("__overlap"):
                rows = rows.filter(**{lookup: values})
            elif "__" in lookup and lookup.rsplit("__", 1)[1] in ("contains", "icontains", "gte", "lte", "lt", "gt"):
                rows = rows.filter(**{lookup: text})
            else:
                rows = rows.filter(**{f"{lookup}__in": values})
        for name, narrow in self.searches.items():
            if text := self.request.query_params.get(name):
                rows = narrow(rows, text)
        return rows

    def _refuse_unknown_codes(self, name: str, values: list[str]) -> None:
        """A code that is in no list is a mistake of the caller, not an empty answer."""
        if name not in self.coded or self.codes is None:
            return
        known = list(self.codes().get(self.coded[name], ()))
        unknown = [value for value in values if value not in known]
        if known and unknown:
            detail = _("The parameter %(name)s does not know %(codes)s. Known are: %(known)s.") % {
                "name": name,
                "codes": ", ".join(value[:60] for value in unknown[:10]),
                "known": ", ".join(known),
            }
            raise BadParameters(detail, [name], known)

    def order(self) -> str:
        wished = self.request.query_params.get("ordering") or next(iter(self.orderings))
        column = self.orderings.get(wished.removeprefix("-"))
        if column is None:
            known = ", ".join(self.orderings)
            raise BadParameters(
                _("The list can be ordered by: %(known)s; a minus in front reverses.") % {"known": known}, ["ordering"]
            )
        return f"-{column}" if wished.startswith("-") else column
