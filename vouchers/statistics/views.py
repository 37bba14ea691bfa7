"""The public statistics page and its CSV."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.kit.access import public
from portal.kit.htmx import page
from portal.kit.sheets import csv_lines
from vouchers.statistics import queries, rules


@public
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Every published measure by one dimension: a chart, its table one tab away, CSV and API address beside it."""
    chosen, by = request.GET.get("round", ""), request.GET.get("by", "track")
    if by not in rules.DIMENSIONS:
        raise Http404(_("Figures cannot be cut by that."))
    try:
        found = queries.tables(by=(by,), round_key=chosen)
    except KeyError:
        raise Http404(_("There is no such call.")) from None
    context = {
        "tables": [(table, _chart(table)) for table in found.tables], "rounds": found.rounds, "as_of": found.as_of, "chosen": chosen,
        "by": by, "dimension": rules.DIMENSIONS[by], "dimensions": rules.DIMENSIONS.values(),
    }  # fmt: skip
    return page(request, "vouchers/statistics/dashboard.html", context, part="figures")


PER_PAGE = 50


@public
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Who was awarded what, which data the projects use, and what came of them as far as their rounds make it public."""
    chosen = request.GET.get("round", "")
    rows = queries.register()
    if chosen:
        rows = rows.filter(application__round__key=chosen)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    uses, results = queries.data_uses(found.object_list), queries.results(found.object_list)
    context = {
        "page": found, "total": found.paginator.count, "chosen": chosen, "rounds": queries.choices(),
        "rows": [(award, uses.get(award.application_id, []), results.get(award.application_id, [])) for award in found.object_list],
        "outcomes": queries.outcomes(chosen),
    }  # fmt: skip
    return page(request, "vouchers/statistics/register.html", context)


def _chart(table: rules.Table) -> dict[str, Any]:
    """The table's cells (words, whole won or a count), and what the chart draws of them."""
    cells = [(" · ".join(cell.words.values()), cell.value) for cell in table.cells]
    drawn = {
        "labels": [words for words, _value in cells], "values": [value for _words, value in cells],
        "name": str(table.measure.name), "unit": _("won") if table.measure.unit == "won" else _("number of applications"),
    }  # fmt: skip
    return {"cells": cells, "drawn": drawn}


def csv_response(table: rules.Table) -> StreamingHttpResponse:
    """UTF-8 with a mark for spreadsheets; the demo says so in its first line."""
    rows = rules.as_rows(table)
    names = [*table.by, *(f"{name}_name" for name in table.by), table.measure.key]

    def lines() -> Iterator[Sequence[Any]]:
        if table.demo:
            yield ["# " + _("Demonstration: fictional data")]
        yield names
        for row in rows:
            yield [row[name] for name in names]

    response = StreamingHttpResponse(csv_lines(lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{table.measure.key}.csv"'
    return response


@public
@require_GET
def export(request: HttpRequest, measure: str) -> HttpResponse | StreamingHttpResponse:
    """The same table as on the page, as CSV."""
    by = request.GET.get("by", "track")
    try:
        found = queries.table(measure, by=rules.parse_by(by, rules.MEASURES[measure]), round_key=request.GET.get("round", ""))
    except KeyError:
        raise Http404 from None
    return csv_response(found)
