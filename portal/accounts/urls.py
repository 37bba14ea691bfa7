"""What people arrange for themselves and their organisation; sign-in and factors are allauth's, at the same prefix."""

from django.urls import path

from portal.accounts import views

app_name = "people"
urlpatterns = [
    path("accounts/", views.account, name="account"),
    path("accounts/consents/", views.consents, name="consents"),
    path("accounts/notices/", views.notices, name="notices"),
    path("accounts/absences/", views.absences, name="absences"),
    path("accounts/absences/<str:ref>/end/", views.end_absence, name="absence_end"),
    path("home/duties/<str:ref>/", views.duty, name="duty"),
    path("home/duties/<str:ref>/give-back/", views.give_back, name="duty_give_back"),
    path("accounts/keys/", views.keys, name="keys"),
    path("accounts/keys/<str:ref>/revoke/", views.revoke_key, name="key_revoke"),
    path("accounts/organisation/", views.organisation, name="organisation"),
    path("accounts/organisation/<str:ref>/invite/", views.invite, name="invite"),
    path("accounts/members/<str:ref>/approve/", views.approve, name="approve"),
    path("accounts/members/<str:ref>/refuse/", views.refuse, name="refuse"),
    path("accounts/members/<str:ref>/end/", views.end, name="end"),
    path("accounts/members/<str:ref>/role/", views.give_role, name="member_role"),
    path("accounts/roles/<str:ref>/end/", views.end_role, name="role_end"),
    path("accounts/join/<str:token>/", views.join, name="join"),
]
