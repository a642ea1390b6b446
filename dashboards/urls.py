"""The start page, the visiting and oversight dashboards and the statements that every page links to."""

from django.urls import include, path

from dashboards.views import assurance, board, oversight, partnership, start, statements, visiting

urlpatterns = [
    path("", start.start, name="start"),
    path("visiting/", visiting.dashboard, name="visiting"),
    path("visiting/children/", visiting.children, name="visiting_children"),
    path("visiting/export.csv", visiting.export, name="visiting_export"),
    path("visiting/method/", visiting.method, name="visiting_method"),
    path("oversight/", oversight.dashboard, name="oversight"),
    path("oversight/children/", oversight.children, name="oversight_children"),
    path("assurance/", assurance.dashboard, name="assurance"),
    path("assurance/export.csv", assurance.export, name="assurance_export"),
    path("assurance/<uuid:cycle>/<uuid:partner>/", assurance.answers, name="assurance_answers"),
    path("board/", board.board, name="board"),
    path("board/compare/", board.compare_reviews, name="compare_reviews"),
    path("partnership/", partnership.partnership, name="partnership"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
    path("", include("dashboards.pack.urls")),
]
