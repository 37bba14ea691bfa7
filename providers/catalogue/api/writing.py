"""GET and PUT /api/v1/datasets/{identifier}/: an entry as its institution writes it."""

import re
from typing import Any, ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.actions import Answer
from portal.accounts.api import IDEMPOTENCY, WritingView, require_match, responses
from portal.accounts.models import ApiKey
from portal.kit.api import LANGUAGE, MissingPrecondition, StalePrecondition, Whole
from portal.kit.errors import Stale
from providers.catalogue import actions, forms, queries, rules
from providers.catalogue.api.reading import DatasetSerializer
from providers.catalogue.models import Dataset
from providers.catalogue.rules import Kind
from providers.institutions import queries as institutions
from providers.institutions.models import Institution


def _matching(pattern: re.Pattern[str], **more: Any) -> serializers.RegexField:
    """A text that is such a thing from its first to its last character."""
    return serializers.RegexField(f"^(?:{pattern.pattern})$(?!\n)", **more)


class SystemWriting(Whole):
    system = serializers.CharField(max_length=30)
    version = serializers.CharField(max_length=20, allow_blank=True)


class AreaWriting(Whole):
    system = serializers.CharField(max_length=30)
    version = serializers.CharField(max_length=20, allow_blank=True)
    codes = serializers.ListField(child=_matching(forms.DISEASE_CODE, max_length=20), min_length=1, max_length=100)
    label_ko = serializers.CharField(max_length=120)
    label_en = serializers.CharField(max_length=120)


class DistributionWriting(Whole):
    title_ko = serializers.CharField(max_length=120, allow_blank=True)
    title_en = serializers.CharField(max_length=120, allow_blank=True)
    access_url = serializers.CharField(max_length=400)
    format = serializers.CharField(max_length=30, allow_blank=True)
    licence = serializers.CharField(max_length=30, allow_blank=True)
    availability = serializers.CharField(max_length=30, allow_blank=True)


class VariableWriting(Whole):
    name = serializers.CharField(max_length=100)
    label_ko = serializers.CharField(max_length=1000, allow_blank=True)
    label_en = serializers.CharField(max_length=1000, allow_blank=True)
    datatype = serializers.ChoiceField(rules.Datatype.choices())
    unit = serializers.CharField(max_length=1000, allow_blank=True)
    values = serializers.CharField(max_length=1000, allow_blank=True)
    description_ko = serializers.CharField(max_length=1000, allow_blank=True)
    description_en = serializers.CharField(max_length=1000, allow_blank=True)
    required = serializers.BooleanField()  # type: ignore[assignment]


_LINES = {Kind.SYSTEMS: SystemWriting, Kind.AREAS: AreaWriting, Kind.DISTRIBUTIONS: DistributionWriting}


def _field(field: rules.Field) -> serializers.Field[Any, Any, Any, Any]:
    """The field of the schema, from the table of fields that also makes the form."""
    more: dict[str, Any] = {"help_text": f"Codes of the list {field.listed}." if field.listed else ""}
    text = {"max_length": field.most, "allow_blank": field.name not in rules.ALWAYS, **more}
    match field.kind:
        case Kind.NUMBER:
            return serializers.IntegerField(min_value=0, max_value=field.most, allow_null=True, **more)
        case Kind.FLAG:
            return serializers.BooleanField(allow_null=True, **more)
        case Kind.WORDS | Kind.URLS | Kind.CODES:
            most = 100 if field.kind == Kind.CODES else field.most
            return serializers.ListField(child=serializers.CharField(max_length=rules.LONGEST_ITEM), max_length=most, **more)
        case Kind.SYSTEMS | Kind.AREAS | Kind.DISTRIBUTIONS:
            return _LINES[field.kind](many=True, max_length=100, **more)  # type: ignore[call-arg]
        case Kind.DATE:
            return _matching(forms.PLAN if field.name == "planned_for" else forms.DATE, **text)
        case Kind.DURATION:
            return _matching(forms.DURATION, **text)
        case Kind.EMAIL:
            return serializers.EmailField(**text)
    return serializers.CharField(trim_whitespace=True, **text)


ASKED = tuple(field for field in rules.FIELDS if field.asked)
DatasetContent = type(
    "DatasetContent",
    (Whole,),
    {
        "__doc__": "What an entry says. Empty text, an empty list and null mean: not published.",
        "profile": serializers.ChoiceField(rules.Profile.choices()),
        **{field.name: _field(field) for field in ASKED},
        "variables": VariableWriting(many=True, max_length=rules.MOST_VARIABLES),  # type: ignore[call-arg]
    },
)


class EntryWriting(Whole):
    """institution: needed by a key whose organisation acts for several; submit: hand it in for the operating agency's check."""

    content = DatasetContent()
    institution = serializers.CharField(max_length=80, required=False)
    submit = serializers.BooleanField(required=False, default=False)


class EntrySerializer(serializers.Serializer[Any]):
    """The entry as its institution writes it: the next version, or what is published when none is being written."""

    state = serializers.CharField(help_text="Of the next version: DRAFT, SUBMITTED, METADATA_CHECK; empty when there is none.")
    publication = serializers.CharField()
    content = DatasetContent()
    missing = serializers.ListField(child=serializers.CharField(), help_text="Without these it is not published.")


class DatasetDetailSerializer(DatasetSerializer):
    entry = EntrySerializer(allow_null=True, help_text="Only for a key of its institution.")

    class Meta(DatasetSerializer.Meta):
        fields: ClassVar[list[str]] = [*DatasetSerializer.Meta.fields, "entry"]


IF_MATCH_OR_NEW = [
    OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="the ETag of what you read; to change an entry"),
    OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, enum=["*"], description="to make a new entry"),
]


@extend_schema(summary="One dataset: to everybody when it is published, to its institution's key with what is being written")
class DatasetDetail(WritingView):
    scope = "datasets:write"

    @extend_schema(responses=DatasetDetailSerializer, parameters=[LANGUAGE])
    def get(self, request: Request, key: str) -> Response:
        own = queries.own_datasets(request.user).filter(key=key).first() if isinstance(request.auth, ApiKey) else None
        if own is not None:
            entry = queries.entry_of(own)
            return Response(_told(entry), headers={"ETag": _etag(entry)})
        found = get_object_or_404(Dataset.objects.published().select_related("institution", "part_of", "series"), key=key)
        return Response({**DatasetSerializer(found).data, "entry": None})

    @extend_schema(
        summary="Write the next version of an entry, or a new entry; it is public once the operating agency has checked it",
        request=EntryWriting, parameters=[*IF_MATCH_OR_NEW, IDEMPOTENCY], responses=responses(DatasetDetailSerializer),
    )  # fmt: skip
    def put(self, request: Request, key: str) -> Response:
        """Every field of `content` is sent, as `entry.content` was read. `submit` hands it in for the operating agency's check."""
        return self.write(request, lambda body: _written(request, key, body))


def _etag(entry: queries.Entry) -> str:
    return f'"{entry.dataset.version}.{entry.version}"'


def _told(entry: queries.Entry) -> dict[str, Any]:
    names = ("profile", *(field.name for field in ASKED), "variables")
    own = {
        "state": entry.state,
        "publication": entry.dataset.publication,
        "content": {name: entry.content[name] for name in names},
        "missing": [gap.field for gap in entry.completeness.required],
    }
    return {**DatasetSerializer(entry.dataset).data, "entry": own}


def _written(request: Request, key: str, body: dict[str, Any]) -> Answer:
    form = EntryWriting(data=body)
    own = queries.own_datasets(request.user).filter(key=key).first()
    if own is None and request.headers.get("If-None-Match") != "*":
        if not request.headers.get("If-Match"):
            raise MissingPrecondition(_("Send If-Match with the ETag of what you read, or If-None-Match: * for a new entry."))
        get_object_or_404(queries.own_datasets(request.user), key=key)
    if own is not None:
        entry = queries.entry_of(own)
        if request.headers.get("If-None-Match") == "*":
            raise StalePrecondition(_("This entry exists: send If-Match to change it."))
        require_match(request, _etag(entry))
    form.is_valid(raise_exception=True)
    content = {**form.validated_data["content"]}
    content["variables"] = [dict(one) for one in content["variables"]]
    for name in ("coding_systems", "disease_areas", "distributions"):
        content[name] = [dict(one) for one in content[name]]
    _check_variables(content["variables"])
    _check_codes(content, entry.content if own is not None else {})
    dataset = _new(request, key, form, content) if own is None else _edited(request, entry, content)
    if form.validated_data["submit"]:
        actions.submit(dataset_id=dataset.pk, by=request.user)
    entry = queries.entry_of(queries.own_datasets(request.user).get(pk=dataset.pk))
    return Answer(201 if own is None else 200, _told(entry), _etag(entry))


def _edited(request: Request, entry: queries.Entry, content: dict[str, Any]) -> Dataset:
    """The draft with this content; nothing is written where it says so already."""
    if any(entry.content[name] != value for name, value in content.items()):
        try:
            variables = [rules.Variable(**one) for one in content.pop("variables")]
            draft = actions.edit(dataset_id=entry.dataset.pk, version=entry.version, values=content, by=request.user)
            if draft.content["variables"] != [dict(one.__dict__) for one in variables]:
                actions.import_variables(dataset_id=entry.dataset.pk, version=draft.version, variables=variables, by=request.user)
        except Stale as stale:
            raise StalePrecondition(str(stale.message)) from None
    return entry.dataset


def _new(request: Request, key: str, form: EntryWriting, content: dict[str, Any]) -> Dataset:
    variables = [rules.Variable(**one) for one in content.pop("variables")]
    if not forms.KEY.fullmatch(key):
        raise serializers.ValidationError({"identifier": [_("Use small letters, digits and dashes.")]})
    with transaction.atomic():
        made = actions.create_dataset(institution=_institution(request, form), values=content, key=key, by=request.user)
        if variables:
            actions.import_variables(dataset_id=made.pk, version=1, variables=variables, by=request.user)
    return made


def _institution(request: Request, form: EntryWriting) -> Institution:
    mine = {one.key: one for one in institutions.of_user(request.user)}
    key = form.validated_data.get("institution") or (next(iter(mine)) if len(mine) == 1 else "")
    if key not in mine:
        raise serializers.ValidationError({"institution": [_("Name the institution: %(known)s.") % {"known": ", ".join(mine)}]})
    return mine[key]


def _check_variables(variables: list[dict[str, Any]]) -> None:
    """As a spreadsheet's rows are checked. Raises ValidationError naming row and column."""
    if not variables:
        return
    head = [name for name, _words in rules.COLUMNS.values()]
    rows = [[one[field] for field in rules.COLUMNS] for one in variables]
    _found, errors = rules.read_table([head, *rows])
    if errors:
        raise serializers.ValidationError({"variables": [f"{error.cell}: {error.sentence}" for error in errors[:20]]})


_DISTRIBUTED = (("format", "file_format"), ("licence", "licence"), ("availability", "planned_availability"))


def _check_codes(content: dict[str, Any], before: dict[str, Any]) -> None:
    """What a form offers to choose from and the rules do not ask about; what stood there before may stay. Raises ValidationError."""
    known, systems = queries.known_codes_kept(), {value for value, _word in forms.systems()}
    wrong: dict[str, list[str]] = {}
    for name in ("coding_systems", "disease_areas"):
        values = [f"{one['system']}|{one['version']}" for one in content[name]]
        wrong[name] = [] if content[name] == before.get(name) else [value for value in values if value not in systems]
    chosen = [(one[field], listed) for one in content["distributions"] for field, listed in _DISTRIBUTED if one[field]]
    if content["distributions"] != before.get("distributions"):
        wrong["distributions"] = [code for code, listed in chosen if code not in known.get(listed, [])]
    keys = {
        f.name: content[f.name] for f in ASKED if f.kind == Kind.INSTITUTION and content[f.name] not in ("", before.get(f.name))
    }
    found = set(Institution.objects.active().filter(key__in=keys.values()).values_list("key", flat=True)) if keys else set()
    wrong |= {name: [key] for name, key in keys.items() if key not in found}
    if any(wrong.values()):
        told = _("Unknown: %(codes)s.")
        raise serializers.ValidationError({name: [told % {"codes": ", ".join(codes)}] for name, codes in wrong.items() if codes})
