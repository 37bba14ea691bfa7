"""Addresses of the room."""

from django.urls import path

from vouchers.agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.agreements, name="list"),
    path("verify/", views.verify, name="verify"),
    path("authority/", views.authorities, name="authorities"),
    path("authority/<slug:ref>/", views.authority, name="authority"),
    path("authority/<slug:ref>/file/", views.authority_document, name="authority_document"),
    path("authority/<slug:ref>/<slug:verb>/", views.authority_verb, name="authority_verb"),
    path("draft/<str:ref>/", views.draft, name="draft"),
    path("<str:ref>/", views.detail, name="detail"),
    path("<str:ref>/negotiate/", views.negotiation, name="negotiation"),
    path("<str:ref>/negotiate/<str:comment>/", views.answer, name="answer"),
    path("<str:ref>/change/", views.change, name="change"),
    path("<str:ref>/sign/", views.sign, name="sign"),
    path("<str:ref>/refuse/", views.refuse, name="refuse"),
    path("<str:ref>/revise/", views.revise, name="revise"),
    path("<str:ref>/verb/<slug:verb>/", views.verb, name="verb"),
    path("<str:ref>/signatures.pdf", views.signatures, name="signatures"),
    path("<str:ref>/v<int:number>/agreement.pdf", views.document, name="document"),
    path("<str:ref>/v<int:number>/agreement-en.pdf", views.reading_copy, name="reading_copy"),
]
