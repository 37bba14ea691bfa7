"""The application's actions: drafting, submitting, deciding."""

from portal.journal.models import Duty, Event


def code(error) -> str:
    return error.value.code


def events(application) -> list[str]:
    return list(Event.objects.filter(subject_ref=application.ref).order_by("seq").values_list("name", flat=True))


def open_verbs(application) -> list[str]:
    return list(Duty.objects.filter(subject_ref=application.ref, closed_at__isnull=True).values_list("verb", flat=True))
