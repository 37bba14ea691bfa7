from django.urls import path

from vouchers.rounds import views

app_name = "rounds"
urlpatterns = [
    path("", views.rounds, name="list"),
    path("feed.atom", views.feed, name="feed"),
    path("<slug:key>/", views.detail, name="detail"),
    path("<slug:key>/ask/", views.ask, name="ask"),
    path("<slug:key>/call.pdf", views.paper, name="paper"),
    path("<slug:key>/dates.ics", views.dates, name="dates"),
]
