"""The variables of an entry from a spreadsheet: all rows or none, each error with its cell."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.kit.access import needs
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.sheets import csv_lines, workbook
from portal.kit.words import pick
from providers.catalogue import actions, forms, queries, rules


@needs("providers.edit_dataset")
@require_http_methods(["GET", "POST"])
def variables(request: HttpRequest, key: str) -> HttpResponse:
    """The draft's variables, and the file that replaces them."""
    found = queries.entry_of(get_object_or_404(queries.own_datasets(request.user), key=key))
    form = forms.VariablesForm(request.POST or None, request.FILES or None, initial={"version": found.version})
    errors: list[rules.CellError] = []
    if request.method == "POST" and form.is_valid():
        rows, errors = _read(form)
        if rows and not errors:
            try:
                _save(request, found, form, rows)
            except DomainError as error:
                form_errors(form, error)
                if isinstance(error, Stale):
                    form.data = request.POST.copy()
                    form.data["version"] = str(queries.entry_of(found.dataset).version)
            else:
                told = ngettext("%(n)d variable is in the draft.", "%(n)d variables are in the draft.", len(rows))
                messages.success(request, told % {"n": len(rows)})
                return redirect(request, reverse("providers:dataset_variables", args=[key]))
    context = {
        "form": form,
        "errors": errors,
        "entry": found,
        "entry_title": pick(found.content, "title"),
        "cancel_url": reverse("providers:dataset_entry", args=[key]),
        "rows": queries.shown_variables(found.content.get("variables") or []),
        "columns": [(name, words) for name, words in rules.COLUMNS.values()],
        "datatypes": [(one.value, one.label) for one in rules.Datatype],
    }
    return page(request, "providers/catalogue/import.html", context, status=422 if request.method == "POST" else 200)


def _read(form: forms.VariablesForm) -> tuple[list[rules.Variable], list[rules.CellError]]:
    """The variables of the file, or what is wrong with it, cell by cell."""
    file = form.cleaned_data["file"]
    try:
        rows, errors = rules.read_table(forms.rows_of(file.name, file.read()))
    except forms.Unreadable as error:
        form.add_error("file", str(error))
        return [], []
    if errors:
        form.add_error("file", _("Nothing was taken over: mend the cells below and upload the file again."))
    return rows, errors


def _save(request: HttpRequest, found: queries.Entry, form: forms.VariablesForm, rows: list[rules.Variable]) -> None:
    version = form.cleaned_data["version"]
    actions.import_variables(
        dataset_id=found.dataset.pk, version=version if version is not None else -1, variables=rows, by=request.user
    )


@needs("providers.edit_dataset")
@require_safe
def template(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """The draft's variables as a spreadsheet, to be changed and uploaded again; two examples when there are none."""
    found = queries.entry_of(get_object_or_404(queries.own_datasets(request.user), key=key))
    stored = found.content.get("variables") or EXAMPLES
    head = [name for name, _words in rules.COLUMNS.values()]
    rows = [[("yes" if one[field] else "no") if field == "required" else one[field] for field in rules.COLUMNS] for one in stored]
    if ending == "csv":
        response = HttpResponse("".join(csv_lines([head, *rows])), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(workbook([head, *rows]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{found.dataset.key}-variables.{ending}"'
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMPLES = [
    {"name": "age", "label_ko": "나이", "label_en": "Age", "datatype": "integer", "unit": "years", "values": "0-120",
     "description_ko": "진단 당시 만 나이", "description_en": "Age at diagnosis", "required": True},
    {"name": "sex", "label_ko": "성별", "label_en": "Sex", "datatype": "string", "unit": "", "values": "M, F",
     "description_ko": "", "description_en": "", "required": False},
]  # fmt: skip
