from django.urls import path, re_path

from providers.catalogue import views

VERBS = "submit|discard|confirm|pause|resume|retire"
urlpatterns = [
    path("catalogue/", views.search, name="catalogue"),
    path("catalogue/searches/", views.saved, name="saved_searches"),
    path("catalogue/searches/<int:pk>/remove/", views.forget, name="forget_search"),
    path("catalogue/series/<slug:key>/", views.series, name="series"),
    re_path(r"^catalogue/series/(?P<key>[\w-]+)/(?P<verb>subscribe|unsubscribe)/$", views.series_verb, name="series_verb"),
    path("catalogue/<slug:key>/versions/", views.history, name="dataset_versions"),
    path("catalogue/<slug:key>/variables/", views.variable_list, name="variable_list"),
    path("catalogue/<slug:key>/schema-org.jsonld", views.schema_org, name="dataset_schema_org"),
    path("catalogue/<slug:key>/croissant.json", views.croissant, name="dataset_croissant"),
    path("providers/imports/", views.imports, name="imports"),
    re_path(r"^providers/imports/(?P<ref>imp-[0-9a-z]{10})\.csv$", views.report_table, name="import_table"),
    re_path(r"^providers/imports/(?P<ref>imp-[0-9a-z]{10})/$", views.report, name="import"),
    re_path(r"^providers/imports/(?P<ref>imp-[0-9a-z]{10})/stop/$", views.stop, name="import_stop"),
    path("providers/sources/", views.sources, name="sources"),
    path("providers/sources/new/", views.source_new, name="source_new"),
    re_path(r"^providers/sources/(?P<ref>hsc-[0-9a-z]{10})/$", views.source, name="source"),
    re_path(r"^providers/sources/(?P<ref>hsc-[0-9a-z]{10})/edit/$", views.source_edit, name="source_edit"),
    re_path(
        r"^providers/sources/(?P<ref>hsc-[0-9a-z]{10})/(?P<verb>harvest|pause|resume|retire)/$",
        views.source_verb,
        name="source_verb",
    ),
    path("providers/series/new/", views.series_new, name="series_new"),
    path("providers/series/<slug:key>/edit/", views.series_edit, name="series_edit"),
    path("providers/series/<slug:key>/withdraw/", views.series_withdraw, name="series_withdraw"),
    path("providers/datasets/new/", views.new, name="dataset_new"),
    path("providers/datasets/<slug:key>/", views.entry, name="dataset_entry"),
    path("providers/datasets/<slug:key>/sections/<slug:name>/", views.section, name="dataset_section"),
    path("providers/datasets/<slug:key>/variables/", views.variables, name="dataset_variables"),
    re_path(r"^providers/datasets/(?P<key>[\w-]+)/variables\.(?P<ending>xlsx|csv)$", views.template, name="dataset_template"),
    re_path(rf"^providers/datasets/(?P<key>[\w-]+)/(?P<verb>{VERBS})/$", views.verb, name="dataset_verb"),
]
NAME = "[-a-zA-Z0-9_]+"
ENDING = "(?P<ending>ttl|jsonld)"
documents = [  # what programs read in both languages at once stands outside the languages
    re_path(rf"^catalogue\.{ENDING}$", views.catalogue_document, name="catalogue_document"),
    re_path(rf"^catalogue/(?P<key>{NAME})\.{ENDING}$", views.dataset_document, name="dataset_document"),
    re_path(rf"^catalogue/codes/(?P<listed>{NAME})\.{ENDING}$", views.words_document, name="words_document"),
    re_path(rf"^catalogue/codes/(?P<listed>{NAME})/$", views.words, name="words"),
]
