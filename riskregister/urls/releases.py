"""Pages of public versions."""

from django.urls import path

from riskregister.views import releases

urlpatterns = [
    path("board/releases/", releases.releases, name="releases"),
    path("board/reviews/<uuid:uid>/release/", releases.prepare_release, name="prepare_release"),
    path("board/releases/<uuid:uid>/", releases.release, name="release"),
    path("board/releases/<uuid:uid>/publish/", releases.publish_release, name="publish_release"),
    path("board/releases/<uuid:uid>/refuse/", releases.refuse_release, name="refuse_release"),
    path("board/releases/<uuid:uid>/revoke/", releases.revoke_release, name="revoke_release"),
]
