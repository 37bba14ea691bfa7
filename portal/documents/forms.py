"""The shape of an upload; its content is judged by actions.upload."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.documents import rules
from portal.documents.rules.content import accepted


class UploadField(forms.FileField):
    """A file of the accepted types. kinds: fewer extensions than rules.TYPES, when only those make sense. hint: a sentence
    before the types and the size."""

    default_error_messages = {
        "required": _("Choose a file."),
        "empty": _("The file is empty. Choose the file again."),
        "type": _("Files of this type are not accepted. Upload one of: %(types)s."),
        "too_large": _("The file is larger than %(limit)s MB. Make it smaller or split it, then upload it again."),
    }

    def __init__(self, *, kinds: tuple[str, ...] = (), hint: Any = "", **kwargs: Any) -> None:
        self.kinds = kinds or tuple(rules.TYPES)
        taken = format_lazy(_("{types}, up to {limit} MB."), types=self._types(), limit=settings.MAX_UPLOAD_BYTES // 1024 // 1024)
        kwargs.setdefault("help_text", format_lazy("{} {}", hint, taken) if hint else taken)
        super().__init__(**kwargs)

    def _types(self) -> str:
        of = rules.CATALOGUES if set(self.kinds) <= set(rules.CATALOGUES) else rules.TYPES
        return ", ".join(kind for kind in accepted(of).split(", ") if kind.lower() in self.kinds)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ",".join(f".{kind}" for kind in self.kinds)}

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and hasattr(file, "size") and file is data:
            if rules.extension(rules.clean_name(file.name)) not in self.kinds:
                raise ValidationError(self.error_messages["type"], code="type", params={"types": self._types()})
            if file.size > settings.MAX_UPLOAD_BYTES:
                limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
                raise ValidationError(self.error_messages["too_large"], code="too_large", params={"limit": limit})
        return file
