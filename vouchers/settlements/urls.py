"""Addresses of the room."""

from django.urls import path

from vouchers.settlements import views

app_name = "settlements"
urlpatterns = [
    path("", views.settlement_list, name="list"),
    path("verify/", views.verify_audit_file, name="verify"),
    path("audit/of/<slug:agreement_ref>/", views.make_audit_file, name="make_audit_file"),
    path("audit/<slug:ref>/", views.audit_file, name="audit_file"),
    path("audit/<slug:ref>/download/", views.audit_download, name="audit_download"),
    path("clawbacks/<slug:ref>/", views.clawback_detail, name="clawback"),
    path("clawbacks/<slug:ref>/opinion/", views.opinion, name="opinion"),
    path("clawbacks/<slug:ref>/opinion/file/", views.opinion_file, name="opinion_file"),
    path("clawbacks/<slug:ref>/object/", views.object_to_order, name="object_to_order"),
    path("clawbacks/<slug:ref>/ruling/", views.ruling, name="ruling"),
    path("clawbacks/<slug:ref>/ruling/apply/", views.apply_ruling, name="apply_ruling"),
    path("clawbacks/<slug:ref>/ruling/file/", views.ruling_file, name="ruling_file"),
    path("clawbacks/<slug:ref>/lower/", views.lower_order, name="lower_order"),
    path("debts/<slug:ref>/", views.debt_detail, name="debt"),
    path("debts/<slug:ref>/report/", views.report, name="report"),
    path("debts/<slug:ref>/repay/", views.repay, name="repay"),
    path("debts/<slug:ref>/enforce/", views.enforce, name="enforce"),
    path("debts/<slug:ref>/proof/<slug:receipt_ref>/", views.proof, name="proof"),
    path("debts/<slug:ref>/receipts/<slug:receipt_ref>/<slug:verb>/", views.check, name="check"),
    path("samples/", views.samples, name="samples"),
    path("samples/new/", views.new_sample, name="new_sample"),
    path("samples/<slug:ref>/", views.sample, name="sample"),
    path("samples/<slug:ref>/<slug:item_ref>/", views.sample_item, name="sample_item"),
    path("samples/<slug:ref>/<slug:item_ref>/finding/", views.mark_finding, name="mark_finding"),
    path("samples/<slug:ref>/<slug:item_ref>/clear/", views.clear_item, name="clear_item"),
    path("samples/<slug:ref>/<slug:item_ref>/<slug:finding_ref>/<slug:verb>/", views.finding_verb, name="finding_verb"),
    path("<slug:ref>/", views.detail, name="detail"),
    path("<slug:ref>/state/", views.state, name="state"),
    path("<slug:ref>/object/", views.object_to, name="object"),
    path("<slug:ref>/lower/", views.lower, name="lower"),
    path("<slug:ref>/files/<slug:kind>/", views.file, name="file"),
]
