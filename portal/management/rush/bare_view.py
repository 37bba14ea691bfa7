"""A bare Django view that writes one row: a signed-in person, the form's token checked, one row by the ORM, a redirect.

Loaded by the yardstick's web server alone.
"""

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone

from portal.kit.access import public, signed_in


class RushRow(models.Model):
    """What it writes; the table is made by `servers.make_table`."""

    title = models.CharField(max_length=100)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "journal"
        db_table = "rush_row"
        managed = False


@signed_in
def write(request: HttpRequest) -> HttpResponse:
    """One row of what the form says."""
    RushRow.objects.create(title=request.POST.get("content", ""), person_id=request.user.pk, at=timezone.now())
    return HttpResponseRedirect("/bare/")


@public
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("live")


urlpatterns = [path("bare/", write), path("health/live", live)]
