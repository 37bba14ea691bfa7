"""Searches that somebody keeps, to be told of what is new."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedSearch(models.Model):
    """A search of the catalogue, by its address. query: as `queries.address_of` writes it; told_until: when it was last looked at;
    known: what fitted then, as `queries.marks` writes it, None for a search of before. Gone when the person no longer wants it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("Person"))
    query = models.CharField(_("Search"), max_length=500)
    since = models.DateTimeField(_("Since"))
    told_until = models.DateTimeField(_("Told until"))
    known = ArrayField(models.BigIntegerField(), null=True, editable=False)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering: ClassVar[list[str]] = ["-since", "-pk"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["user", "query"], name="saved_search_once")]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["told_until"], name="saved_search_told")]

    def __str__(self) -> str:
        return self.query
