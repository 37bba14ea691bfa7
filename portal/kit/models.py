"""The columns that every row of the house has."""

import secrets
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from portal.kit import clock

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def make_ref(prefix: str) -> str:
    """`app-` and ten random Crockford characters: public, unguessable, readable aloud."""
    return f"{prefix}-" + "".join([CROCKFORD[byte & 31] for byte in secrets.token_bytes(10)])


class Row(models.Model):
    """ref: the public name; version: raised by every save, so that a stale save is noticed."""

    REF_PREFIX: ClassVar[str] = "row"

    ref = models.CharField(max_length=24, unique=True, editable=False)
    created_at = models.DateTimeField(_("Created at"), editable=False, default=clock.now)
    updated_at = models.DateTimeField(_("Changed at"), editable=False, default=clock.now)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def name_it(self) -> None:
        """A new row gets its ref and its first version, before it is written without `save`."""
        if not self.ref:
            self.ref = make_ref(self.REF_PREFIX)
        self.version = self.version or 1

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.ref:
            self.ref = make_ref(self.REF_PREFIX)
        self.version += 1
        self.updated_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "version", "updated_at"}
        super().save(*args, **kwargs)

    def _get_FIELD_display(self, field: Any) -> str:
        """As Django's, which makes its table of words anew for every row and hashes each word in the reader's language for it."""
        value = getattr(self, field.attname)
        return force_str(_labels(field).get(value, value), strings_only=True)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return self.ref


@cache
def _labels(field: Any) -> dict[Any, Any]:
    """A field's codes and their words, which may be translated when they are shown."""
    return dict(field.flatchoices)
