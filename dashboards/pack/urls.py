"""Addresses of the board's paper, the yearly report and what is public."""

from django.urls import path

from dashboards.views import pack

urlpatterns = [
    path("board/reviews/<uuid:uid>/pack/", pack.pack, name="pack"),
    path("board/reviews/<uuid:uid>/pack.pdf", pack.pack_pdf, name="pack_pdf"),
    path("board/reviews/<uuid:uid>/pack.docx", pack.pack_docx, name="pack_docx"),
    path("board/reviews/<uuid:uid>/pack.pptx", pack.pack_pptx, name="pack_pptx"),
    path("board/reviews/<uuid:uid>/pack.html", pack.pack_html, name="pack_html"),
    path("board/reviews/<uuid:uid>/pack.json", pack.pack_json, name="pack_json"),
    path("board/releases/<uuid:uid>/preview/", pack.release_preview, name="release_preview"),
    path("board/yearly/", pack.year_report, name="year_report"),
    path("board/yearly/report.pdf", pack.year_pdf, name="year_pdf"),
    path("board/yearly/report.docx", pack.year_docx, name="year_docx"),
    path("board/yearly/report.html", pack.year_html, name="year_html"),
    path("published/", pack.public_list, name="public_list"),
    path("published/<uuid:uid>/", pack.public_review, name="public_review"),
    path("published/<uuid:uid>/review.json", pack.public_json, name="public_json"),
]
