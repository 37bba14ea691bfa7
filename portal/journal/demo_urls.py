from django.urls import path

from portal.journal import views

app_name = "mailbox"
urlpatterns = [
    path("", views.mailbox, name="list"),
    path("<int:pk>/", views.mail, name="mail"),
]
