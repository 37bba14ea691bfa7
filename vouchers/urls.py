"""Assembly only: the rooms' addresses, in the order of the journey."""

from django.urls import include, path

from vouchers.applications.urls import check
from vouchers.evaluation.urls import verify
from vouchers.statistics.urls import register

urlpatterns = [
    path("check/", include((check, "check"))),
    path("rounds/", include("vouchers.rounds.urls")),
    path("companies/", include("vouchers.companies.urls")),
    path("matching/", include("vouchers.matching.urls")),
    path("applications/", include("vouchers.applications.urls")),
    path("evaluation/", include("vouchers.evaluation.urls")),
    path("verify/", include((verify, "verify"))),
    path("objections/", include("vouchers.objections.urls")),
    path("agreements/", include("vouchers.agreements.urls")),
    path("access/", include("vouchers.access.urls")),
    path("milestones/", include("vouchers.milestones.urls")),
    path("payments/", include("vouchers.payments.urls")),
    path("settlements/", include("vouchers.settlements.urls")),
    path("outcomes/", include("vouchers.outcomes.urls")),
    path("stats/", include("vouchers.statistics.urls")),
    path("register/", include((register, "register"))),
]
