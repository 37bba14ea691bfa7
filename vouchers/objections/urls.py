"""Addresses of the room."""

from django.urls import path

from vouchers.objections import views

app_name = "objections"
urlpatterns = [
    path("", views.objections, name="list"),
    path("new/", views.new, name="new"),
    path("<slug:ref>/", views.detail, name="detail"),
    path("<slug:ref>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:ref>/files/<slug:document_ref>/", views.document, name="document"),
]
