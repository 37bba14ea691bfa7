from django.urls import path, re_path

from providers.offers import views

urlpatterns = [
    path("catalogue/compare/", views.compare, name="compare"),
    path("catalogue/<slug:key>/", views.dataset, name="dataset"),
    path("providers/datasets/<slug:key>/preview/", views.preview, name="dataset_preview"),
    path("providers/", views.home, name="home"),
    path("providers/apply/", views.apply, name="apply"),
    path("providers/application/", views.application, name="application"),
    path("providers/application/edit/", views.edit_application, name="application_edit"),
    path("providers/application/withdraw/", views.withdraw_application, name="application_withdraw"),
    path("providers/service/", views.service, name="service"),
    path("providers/service/<slug:key>/", views.service, name="service_of"),
    path("providers/institutions/", views.institution_list, name="institutions"),
    path("providers/institutions/<slug:key>/", views.institution, name="institution"),
    path("providers/datasets/", views.dataset_list, name="datasets"),
    path("providers/offers/new/", views.new, name="offer_new"),
    path("providers/offers/sheet/", views.sheet, name="offer_sheet"),
    path("providers/offers/sheet/apply/", views.apply_sheet, name="offer_sheet_apply"),
    path("providers/offers/sheet.xlsx", views.download_sheet, name="offer_sheet_file"),
    path("providers/offers/<slug:ref>/", views.detail, name="offer"),
    path("providers/offers/<slug:ref>/edit/", views.edit, name="offer_edit"),
    re_path(r"^providers/offers/(?P<ref>[\w-]+)/(?P<verb>submit|pause|resume|retire)/$", views.verb, name="offer_verb"),
]
