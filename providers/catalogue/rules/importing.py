"""What an import may do to an entry, and the states of its run and of a registered source. Source: docs/adr/0013."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from providers.catalogue.rules.profiles import Profile, profiles_for
from providers.catalogue.rules.publication import DraftState, Origin, Publication
from providers.catalogue.rules.reading.reasons import Reason


class RunState(Codes):
    WAITING = "WAITING", _("Waiting to be read")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Finished")
    FAILED = "FAILED", _("Given up")
    STOPPED = "STOPPED", _("Stopped")


RUN_LIFECYCLE = Lifecycle(
    name="import_run",
    states=RunState,
    initial=RunState.WAITING,
    moves={
        ("WAITING", "take_up"): "RUNNING",
        ("RUNNING", "take_up"): "RUNNING",  # whoever had it died
        ("RUNNING", "give_back"): "WAITING",  # whoever has it worked long enough; another one goes on
        ("RUNNING", "finish"): "DONE",
        ("WAITING", "fail"): "FAILED",
        ("RUNNING", "fail"): "FAILED",
        ("WAITING", "stop"): "STOPPED",
        ("RUNNING", "stop"): "STOPPED",
    },
)
LIVE = ("WAITING", "RUNNING")


class SourceState(Codes):
    ACTIVE = "ACTIVE", _("Harvested")
    PAUSED = "PAUSED", _("Paused")
    RETIRED = "RETIRED", _("Retired")


SOURCE_LIFECYCLE = Lifecycle(
    name="harvest_source",
    states=SourceState,
    initial=SourceState.ACTIVE,
    moves={
        ("ACTIVE", "pause"): "PAUSED",
        ("PAUSED", "resume"): "ACTIVE",
        ("ACTIVE", "retire"): "RETIRED",
        ("PAUSED", "retire"): "RETIRED",
    },
)


class SourceKind(Codes):
    DOCUMENT = "DOCUMENT", _("Document (DCAT as Turtle, JSON-LD or RDF/XML; schema.org; Croissant)")
    CKAN = "CKAN", _("CKAN API")


class Importer(Codes):
    """On whose word the records come."""

    PEOPLE = "PEOPLE", _("The institution")
    REGISTRAR = "REGISTRAR", _("The registrar of the catalogue")
    SOURCE = "SOURCE", _("A registered source")


class Outcome(Codes):
    CREATED = "CREATED", _("Created")
    CHANGED = "CHANGED", _("Changed")
    UNCHANGED = "UNCHANGED", _("Unchanged")
    REFUSED = "REFUSED", _("Not taken over")
    GONE = "GONE", _("Gone from the source")


IMPORT_EVENT_WORDS = {
    "harvest_source.registered": _("Source registered"),
    "harvest_source.changed": _("Source changed"),
    "harvest_source.paused": _("Harvest paused"),
    "harvest_source.resumed": _("Harvest resumed"),
    "harvest_source.retired": _("Harvest ended"),
}


@dataclass(frozen=True)
class Standing:
    """Where an entry stands. draft: its state, "" when there is none; untouched: nobody but an import wrote that draft."""

    publication: str
    origin: str
    draft: str = ""
    untouched: bool = False


def closed_because(standing: Standing, importer: str) -> Reason | None:
    """Why an entry that a record would change is not changed; None when a draft may be written beside it.

    Nothing that is published is ever changed by an import, and nothing that a person is writing.
    """
    if standing.publication == Publication.RETIRED:
        return Reason("retired")
    if standing.origin == Origin.HOLDER and importer == Importer.REGISTRAR:
        return Reason("held")
    if standing.draft in (DraftState.SUBMITTED, DraftState.METADATA_CHECK):
        return Reason("being_checked")
    if standing.draft == DraftState.DRAFT and not standing.untouched:
        return Reason("being_written")
    return None


def fitting_profile(wished: str, access_rights: str, origin: str) -> str:
    """The wished profile where the access rights allow it, else the first that they allow, else the strictest."""
    allowed = profiles_for(access_rights, origin)
    if wished and (not access_rights or wished in allowed):
        return wished
    return allowed[0].value if allowed else Profile.NON_PUBLIC.value


def without(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
