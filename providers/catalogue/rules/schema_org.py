"""A catalogue entry as schema.org/Dataset, which search engines read, and as Croissant 1.0 when its data can be downloaded openly.

Pure: facts in, JSON out, in one of the two languages. What is not published is absent.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from portal.kit.clock import to_kst
from providers.catalogue.rules.collection import TITLE
from providers.catalogue.rules.world import Agent, Coded, Published, World, address_of, day_of

type Json = dict[str, Any]

MEDIA_TYPES = {  # code of file_format → media type; what is not here is no file that anybody can open
    "CSV": "text/csv",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "JSON": "application/json",
    "XML": "application/xml",
    "PARQUET": "application/vnd.apache.parquet",
    "DICOM": "application/dicom",
}
ENDINGS = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "xml": "XML", "parquet": "PARQUET", "dcm": "DICOM"}
CROISSANT = "http://mlcommons.org/croissant/1.0"
CROISSANT_TYPES = {
    "string": "sc:Text", "integer": "sc:Integer", "decimal": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date",
    "datetime": "sc:DateTime", "time": "sc:Time", "duration": "sc:Text", "base64Binary": "sc:Text",
}  # fmt: skip
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def schema_org(one: Published, world: World, language: str) -> Json:
    """language: `ko` or `en`; a text that is not there in it is given in the other one."""
    content, page = one.content, world.entry(one.key)
    holder = world.agents.get(one.institution) or Agent(one.institution, "", one.institution)
    named = [world.agents[key] for key in content.get("holders") or () if key in world.agents] or [holder]
    titles = [content[f"title_{code}"] for code in _order(language) if content.get(f"title_{code}")]
    said: Json = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": world.dataset(one.key),
        "url": page,
        "name": titles[0],
        "alternateName": titles[1:],
        "description": _pick(content, "description", language),
        "identifier": [one.key, *(content.get("other_identifiers") or ())],
        "inLanguage": content.get("language"),
        "keywords": content.get(f"keywords_{language}"),
        "version": content.get("edition"),
        "license": licence(one, world),
        "creator": [_organisation(agent, world, language) for agent in named],
        "publisher": _organisation(holder, world, language),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": world.catalogue,
            "name": TITLE[language == "en"],
            "url": f"{world.base}/catalogue/",
        },
        "isPartOf": {"@type": "Dataset", "@id": world.dataset(one.above), "url": world.entry(one.above)} if one.above else None,
        "conditionsOfAccess": ", ".join(_words("access_rights", [content.get("access_rights")], world, language)),
        "isAccessibleForFree": False if _costs(content) else None,
        "measurementTechnique": _words("modality", content.get("modality"), world, language),
        "spatialCoverage": _words("spatial_coverage", content.get("spatial"), world, language),
        "temporalCoverage": _coverage(content),
        "variableMeasured": [_variable(variable, language) for variable in content.get("variables") or ()],
        "distribution": [
            {"@type": "DataDownload", "contentUrl": file["url"], "encodingFormat": file["type"], "name": file["name"]}
            for file in files(one, language)
        ],
        "creativeWorkStatus": DEMO[language] if holder.is_demo else None,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


DEMO = {"ko": "시연용", "en": "Demonstration"}


def croissant(one: Published, world: World, language: str) -> Json | None:
    """None unless anybody may download the data or a sample of it: public, a file with a known type, under an open licence.

    The portal keeps no such file and knows no hash of it, so the set is said to be live, as Croissant asks in that case.
    """
    found, terms = files(one, language), licence(one, world)
    if not found or not terms:
        return None
    base = schema_org(one, world, language)
    objects = [
        {
            "@type": "cr:FileObject",
            "@id": file["id"],
            "name": file["id"],
            "description": file["name"],
            "contentUrl": file["url"],
            "encodingFormat": file["type"],
        }
        for file in found
    ]
    kept = ("description", "keywords", "version", "creator", "publisher", "inLanguage", "alternateName", "creativeWorkStatus")
    said: Json = {
        "@context": {**CONTEXT, "@language": language},
        "@type": "sc:Dataset",
        "@id": base["@id"],
        "name": base["name"],
        "url": base["url"],
        "conformsTo": CROISSANT,
        "license": terms,
        "datePublished": to_kst(one.issued).date().isoformat() if one.issued else None,
        "isLiveDataset": True,
        **{name: base[name] for name in kept if name in base},
        "distribution": objects,
        "recordSet": _records(one, found, language),
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def files(one: Published, language: str) -> list[dict[str, str]]:
    """What anybody may download: `id`, `url`, `type` (media type), `format` (code) and `name`. Empty unless the data is public."""
    content = one.content
    if content.get("access_rights") != "PUBLIC":
        return []
    sample = address_of(content.get("sample_url") or "")
    ending = ENDINGS.get(urlsplit(sample).path.rpartition(".")[2].lower(), "")
    given = [
        *((f"distribution-{n}", each) for n, each in enumerate(content.get("distributions") or (), start=1)),
        ("sample", {"access_url": sample, "format": ending, "title_ko": "예시", "title_en": "Sample"}),
    ]
    return [
        {
            "id": name,
            "url": url,
            "type": MEDIA_TYPES[each["format"]],
            "format": each["format"],
            "name": _pick(each, "title", language),
        }
        for name, each in given
        if each.get("format") in MEDIA_TYPES and (url := address_of(each.get("access_url") or ""))
    ]


def licence(one: Published, world: World) -> str:
    """The address of the first open licence among the distributions, "" when there is none; an agreement is none."""
    codes = [each.get("licence") for each in one.content.get("distributions") or ()]
    known = [world.codes.get("licence", {}).get(code or "", Coded("", "")).uri for code in codes]
    return next((address for address in known if address), "")


def _records(one: Published, found: list[dict[str, str]], language: str) -> list[Json]:
    """The variables as fields of the one CSV file; where there are several, nobody says in which they stand."""
    tables = [file for file in found if file["format"] == "CSV" and file["id"] != "sample"]
    variables = one.content.get("variables") or ()
    if len(tables) != 1 or not variables:
        return []
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"records/{variable['name']}",
            "name": variable["name"],
            "description": _pick(variable, "description", language) or _pick(variable, "label", language) or variable["name"],
            "dataType": CROISSANT_TYPES[variable["datatype"]],
            "source": {"fileObject": {"@id": tables[0]["id"]}, "extract": {"column": variable["name"]}},
        }
        for variable in variables
    ]
    return [{"@type": "cr:RecordSet", "@id": "records", "name": "records", "field": fields}]


def _organisation(agent: Agent, world: World, language: str) -> Json:
    name = _pick({"name_ko": agent.name_ko, "name_en": agent.name_en}, "name", language)
    page = world.institution(agent.key)
    return {"@type": "Organization", "@id": f"{page}#institution", "name": name, "url": address_of(agent.site) or page}


def _variable(one: Mapping[str, Any], language: str) -> Json:
    said = {
        "@type": "PropertyValue",
        "name": one["name"],
        "alternateName": _pick(one, "label", language),
        "description": _pick(one, "description", language),
        "unitText": one["unit"],
    }
    return {name: value for name, value in said.items() if value}


def _coverage(content: Mapping[str, Any]) -> str:
    first, last = (content.get(f"temporal_{end}") or "" for end in ("start", "end"))
    return f"{first}/{last if day_of(last) else '..'}" if day_of(first) else ""


def _costs(content: Mapping[str, Any]) -> bool:
    return any((item.get("amount_won") or 0) > 0 for item in (content.get("fee") or {}).get("items") or ())


def _words(listed: str, codes: Iterable[str | None] | None, world: World, language: str) -> list[str]:
    known = world.codes.get(listed, {})
    found = [known[code] for code in codes or () if code and code in known]
    return [one.name_ko if language == "ko" else one.name_en for one in found]


def _order(language: str) -> tuple[str, str]:
    return ("ko", "en") if language == "ko" else ("en", "ko")


def _pick(source: Mapping[str, Any], name: str, language: str) -> str:
    return next((str(source[key]) for code in _order(language) if source.get(key := f"{name}_{code}")), "")
