"""A relaxation of the catalogue's help, applied to what is typed."""

from django.http import QueryDict

from vouchers.matching.forms.starting import split

EMPTIED = {  # relaxation → fields of NeedForm that become empty
    "DISEASE": ("disease_include",),
    "COHORT": ("disease_exclude",),
    "DATA_KIND": ("real_patients_required",),
    "BODY_PART": ("body_parts",),
    "AGE": ("min_age", "max_age"),
    "FOLLOW_UP": ("follow_up_months_minimum",),
    "PERIOD": ("first_year", "last_year"),
    "PATIENTS": ("patients_minimum",),
    "LINKAGE": ("linkage",),
    "SITES": ("sites_minimum",),
    "BUDGET": ("budget_won",),
    "LEAD_TIME": ("project_months", "ends_on"),
}


def relaxed(typed: QueryDict, value: str) -> QueryDict:
    """What was typed, with one condition given up or widened; everything else stays, the wrong too.

    value: a relaxation as its button sends it; one that nobody offers changes nothing.
    """
    found = typed.copy()
    code, _colon, item = value.partition(":")
    for name in EMPTIED.get(code, ()):
        found.pop(name, None)
    if code == "VARIABLE":
        found["variables"] = "\n".join(text for text in split(found.get("variables", "")) if text != item)
    elif code == "EXPORT":
        found.setlist("exports_wanted", [one for one in found.getlist("exports_wanted") if one != item])
    elif code == "ACCESS_MODE" and item not in found.getlist("access_modes_acceptable"):
        found.appendlist("access_modes_acceptable", item)
    return found
