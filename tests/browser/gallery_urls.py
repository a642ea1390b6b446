"""The gallery beside the product's own pages, whose addresses the middleware looks up."""

from django.urls import include, path

from tests.house import gallery

# Of two addresses with one name Django takes the last: the gallery's.
urlpatterns = [path("", include("safeguarding.urls")), *gallery.urlpatterns]
