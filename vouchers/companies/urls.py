from django.urls import path

from vouchers.companies import views

app_name = "companies"
urlpatterns = [
    path("", views.mine, name="home"),
    path("register/", views.register, name="register"),
    path("join/", views.join, name="join"),
    path("dispute/", views.dispute, name="dispute"),
    path("disputes/<str:ref>/", views.dispute_detail, name="dispute_detail"),
    path("<str:ref>/", views.detail, name="detail"),
    path("<str:ref>/edit/", views.edit, name="edit"),
    path("<str:ref>/certificates/", views.certificate, name="certificate"),
    path("<str:ref>/registration/", views.registration, name="registration"),
    path("<str:ref>/representative/", views.representative, name="representative"),
    path("<str:ref>/files/<str:document>/", views.file, name="file"),
]
