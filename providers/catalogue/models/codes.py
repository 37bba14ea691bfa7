"""Code lists are data: seeds/reference/code_lists.json."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row


class CodeList(Row):
    """A list of codes with its source (seeds/reference/code_lists.json)."""

    REF_PREFIX: ClassVar[str] = "cdl"

    key = models.CharField(_("Key"), max_length=40, unique=True)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    source = models.TextField(blank=True)
    certainty = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("code list")
        verbose_name_plural = _("code lists")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Code(Row):
    """One item of a code list; more: its further fields as published (data_kind, uri, range_start …)."""

    REF_PREFIX: ClassVar[str] = "cde"

    code_list = models.ForeignKey(CodeList, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(_("Code"), max_length=40)
    name_ko = models.CharField(max_length=200)
    name_en = models.CharField(max_length=250)
    position = models.PositiveIntegerField()
    more = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["code_list", "position"]
        constraints = [models.UniqueConstraint(fields=["code_list", "code"], name="code_unique_in_list")]

    def __str__(self) -> str:
        return self.code
