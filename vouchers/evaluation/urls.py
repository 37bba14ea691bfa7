"""Addresses of the room."""

from django.urls import path

from vouchers.evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("", views.assignments, name="list"),
    path("results/<str:ref>/", views.result, name="result"),
    path("results/<str:ref>/letter.<str:lang>.pdf", views.letter, name="letter"),
    path("awards/<str:ref>/", views.award, name="award"),
    path("awards/<str:ref>/accept/", views.accept_award, name="accept_award"),
    path("awards/<str:ref>/decline/", views.decline_award, name="decline_award"),
    path("affiliations/", views.affiliations, name="affiliations"),
    path("affiliations/<str:ref>/end/", views.end_affiliation, name="end_affiliation"),
    path("names/<str:ref>/", views.names, name="names"),
    path("presentations/<str:ref>.ics", views.dates, name="dates"),
    path("challenges/<str:ref>/", views.challenges, name="challenges"),
    path("<str:ref>/", views.assignment, name="assignment"),
    path("<str:ref>/accept/", views.accept, name="accept"),
    path("<str:ref>/recuse/", views.recuse, name="recuse"),
    path("<str:ref>/decline/", views.decline, name="decline"),
    path("<str:ref>/scores/", views.scores, name="scores"),
    path("<str:ref>/rescore/", views.rescore, name="rescore"),
    path("<str:ref>/reading/", views.reading, name="reading"),
    path("<str:ref>/documents/<str:document_ref>/", views.document, name="document"),
]
verify = [path("", views.verify_list, name="list"), path("<str:ref>/", views.verify, name="detail")]  # at /verify/
