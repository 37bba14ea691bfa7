from django.urls import path

from vouchers.applications import views

app_name = "applications"
urlpatterns = [
    path("", views.applications, name="list"),
    path("start/<slug:key>/", views.start, name="start"),
    path("late/<slug:key>/", views.late, name="late"),
    path("asked/<slug:key>/<slug:section>/", views.asked, name="asked"),
    path("<slug:ref>/", views.detail, name="detail"),
    path("<slug:ref>/sections/<slug:key>/", views.section, name="section"),
    path("<slug:ref>/sections/<slug:key>/save/", views.autosave, name="autosave"),
    path("<slug:ref>/sections/<slug:key>/comments/", views.comment, name="comment"),
    path("<slug:ref>/comments/<slug:comment_ref>/", views.resolve_comment, name="resolve_comment"),
    path("<slug:ref>/need/", views.need, name="need"),
    path("<slug:ref>/matches/", views.matches, name="matches"),
    path("<slug:ref>/documents/<slug:kind>/", views.document, name="document"),
    path("<slug:ref>/documents/<slug:kind>/blind/", views.blind_document, name="blind_document"),
    path("<slug:ref>/documents/<slug:kind>/take/", views.take_document, name="take_document"),
    path("<slug:ref>/documents/<slug:kind>/remove/", views.remove_document, name="remove_document"),
    path("<slug:ref>/files/<slug:document_ref>/", views.download_document, name="download"),
    path("<slug:ref>/preview/", views.preview, name="preview"),
    path("<slug:ref>/submit/", views.submit, name="submit"),
    path("<slug:ref>/receipt/", views.receipt, name="receipt"),
    path("<slug:ref>/receipt.pdf", views.receipt_pdf, name="receipt_pdf"),
    path("<slug:ref>/supplement/", views.supply_supplement, name="supplement"),
    path("<slug:ref>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:ref>/why/", views.why, name="why"),
]
check = [path("", views.check, name="check")]
