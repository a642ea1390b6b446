"""Every answer carries the headers that keep pages closed: pages, errors, files, redirects."""

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path, reverse

from safeguarding import urls as product
from tests.people import PASSWORD, person, sign_in

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of ours")


# The product's addresses and one that fails.
urlpatterns = [*product.urlpatterns, path("broken/", broken)]
handler400, handler403, handler404, handler500 = (
    product.handler400, product.handler403, product.handler404, product.handler500,
)  # fmt: skip

ANSWERS = {
    "page": ("/sign-in/", 200),
    "start": ("/", 200),
    "plain": ("/healthz", 200),
    "json": ("/readyz", None),
    "redirect": ("/account/", 302),
    "not there": ("/no/such/page/", 404),
    "not offered": ("/account/keep-alive/", None),
    "static": ("/static/css/app.css", 200),
    "fault": ("/broken/", 500),
}


def check(response: HttpResponse) -> None:
    parts = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert parts == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ANSWERS)
@override_settings(ROOT_URLCONF="tests.house.test_headers")
def test_every_kind_of_answer(name: str):
    url, status = ANSWERS[name]
    response = Client(raise_request_exception=False).get(url)
    assert status is None or response.status_code == status
    check(response)
    response.close()


@pytest.mark.django_db
def test_refusals_too(client):
    sign_in(client, person("BM"))
    refused = client.get(reverse("people"))
    assert refused.status_code == 403
    check(refused)
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, person("BM"))
    unsent = strict.post(reverse("keep_alive"))
    assert unsent.status_code == 403
    check(unsent)


@pytest.mark.django_db
def test_nothing_behind_sign_in_is_stored(client):
    sign_in(client, person("BM"))
    for url in (reverse("account"), reverse("start"), "/no/such/page/", reverse("people")):
        assert client.get(url)["Cache-Control"] == "no-store, private"
    assert client.post(reverse("account_logout"))["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "localhost:80:80", "a b"])
def test_a_foreign_host_is_refused_with_the_same_headers(host: str):
    response = Client().get("/sign-in/", headers={"host": host})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()
    check(response)


@pytest.mark.django_db
def test_behind_tls_a_browser_is_told_to_stay_there(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    response = Client().get("/sign-in/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client):
    client.post(reverse("account_login"), {"login": person("BM").email, "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    # Gone with the browser.
    assert (client.cookies["sessionid"]["expires"], client.cookies["sessionid"]["max-age"]) == ("", "")


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.house.test_headers")
def test_a_fault_shows_nothing_of_itself():
    response = Client(raise_request_exception=False).get("/broken/")
    page = response.content.decode()
    assert "fault of ours" not in page and "Traceback" not in page
    assert "<h1" in page


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.house.test_headers")
def test_the_page_of_a_fault_comes_without_a_database(client, monkeypatch):
    sign_in(client, person("BM"))
    client.raise_request_exception = False

    def away(*args, **kwargs):
        raise OperationalError("the database is away")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
    response = client.get("/account/")
    assert response.status_code == 500
    assert "<h1" in response.content.decode()
