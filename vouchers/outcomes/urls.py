"""Addresses of the room."""

from django.urls import path

from vouchers.outcomes import views

app_name = "outcomes"
urlpatterns = [
    path("", views.surveys, name="list"),
    path("export/", views.export, name="export"),
    path("<slug:ref>/", views.survey, name="survey"),
    path("<slug:ref>/answer/", views.answer, name="answer"),
    path("<slug:ref>/waive/", views.waive, name="waive"),
]
