from django.urls import path

from portal.journal import views

app_name = "journal"
urlpatterns = [
    path("", views.feed, name="feed"),
    path("read/", views.read, name="read"),
    path("<slug:ref>/", views.open_notice, name="open"),
]
