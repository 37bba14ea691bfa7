from django.urls import path, re_path

from providers.catalogue import views

urlpatterns = [
    path("catalogue/", views.search, name="catalogue"),
    re_path(r"^providers/datasets/(?P<key>[\w-]+)/(?P<verb>pause|resume)/$", views.verb, name="dataset_verb"),
]
