"""Every page of the product. Each view says who may open it (accounts.access)."""

from django.urls import include, path

from safeguarding import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("dashboards.urls")),
    path("", include("accounts.urls")),
    path("", include("operations.urls")),
    path("", include("partners.urls")),
    path("", include("guidance.urls")),
    path("", include("visits.urls")),
    path("", include("riskregister.urls")),
]

handler400 = "safeguarding.errors.bad_request"
handler403 = "safeguarding.errors.forbidden"
handler404 = "safeguarding.errors.not_found"
handler500 = "safeguarding.errors.server_error"
