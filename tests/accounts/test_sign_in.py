"""Signing in: spellings, guessing, who is answered how."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.db import IntegrityError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.adapters import sign_in_name
from accounts.models import AuditEvent, User
from tests.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db

WRONG = "not the password"


@pytest.fixture
def bo() -> User:
    return person("BM", name="Bo", email="bo.becker@example.org")


def attempt(email: str, password: str = WRONG, **extra):
    """One try from a browser that has been nowhere yet."""
    return Client().post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_in(response) -> bool:
    return response.status_code == 302 and response["Location"] == "/"


@pytest.mark.parametrize(
    "spelling",
    ["bo.becker@example.org", "BO.Becker@Example.ORG", "  bo.becker@example.org ", "ｂｏ.becker@example.org"],
)
def test_any_spelling_of_the_address_signs_in(bo, spelling):
    assert is_in(attempt(spelling, PASSWORD))


def test_no_two_accounts_differ_by_spelling_alone(bo):
    with pytest.raises(IntegrityError):
        person(email="ＢO.becker@EXAMPLE.org")


def test_eleventh_attempt_is_refused_whatever_the_spelling_address_and_browser(bo):
    spellings = [
        "bo.becker@example.org",
        "BO.BECKER@example.org",
        " bo.becker@example.org",
        "ｂo.becker@example.org",
    ]
    for number in range(10):
        response = attempt(
            spellings[number % 4],
            REMOTE_ADDR=f"10.0.0.{number}",
            HTTP_USER_AGENT=f"browser {number}",
            HTTP_X_FORWARDED_FOR=f"1.2.3.{number}",
        )
    assert response.status_code == 429
    refused = attempt("bo.becker@example.org", PASSWORD, REMOTE_ADDR="10.9.9.9")
    assert refused.status_code == 429
    assert "5 minutes" in refused.content.decode()


def test_the_lock_stands_in_the_database_when_the_cache_is_away(bo, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    for _ in range(10):
        attempt(bo.email)
    assert attempt(bo.email, PASSWORD).status_code == 429


def test_guesses_are_counted_under_one_spelling():
    request = RequestFactory().post("/", {"login": " ＢO@Example.org "})
    assert sign_in_name(request, {"email": "BO@example.ORG "}) == "bo@example.org"
    assert sign_in_name(request, None) == "bo@example.org"


@pytest.mark.parametrize("cache", ["there", "away"])
def test_the_lock_ends_and_is_not_drawn_out_by_guessing_on(bo, settings, cache):
    if cache == "away":
        redis = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
        settings.CACHES = settings.CACHES | {"default": redis}
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for _ in range(10):
            attempt(bo.email)
    with time_machine.travel(start + timedelta(minutes=4), tick=False):
        assert attempt(bo.email).status_code == 429
    with time_machine.travel(start + timedelta(minutes=6), tick=False):
        assert is_in(attempt(bo.email, PASSWORD))


def test_a_right_password_clears_the_lasting_count_but_not_that_of_five_minutes(bo):
    start = timezone.now()
    with time_machine.travel(start):
        for _ in range(9):
            attempt(bo.email)
        assert is_in(attempt(bo.email, PASSWORD))
        assert attempt(bo.email).status_code == 200
        assert attempt(bo.email, PASSWORD).status_code == 429
    with time_machine.travel(start + timedelta(minutes=5, seconds=5)):
        assert is_in(attempt(bo.email, PASSWORD))


def test_one_address_is_refused_after_twenty_guesses_and_others_are_not(bo):
    for number in range(20):
        assert attempt(f"someone{number}@example.org", REMOTE_ADDR="10.0.0.1").status_code == 200
    assert attempt("another@example.org", REMOTE_ADDR="10.0.0.1").status_code == 429
    assert is_in(attempt(bo.email, PASSWORD, REMOTE_ADDR="10.0.0.2"))


def test_a_made_up_forwarding_header_opens_no_new_address(bo):
    for number in range(20):
        attempt(
            f"someone{number}@example.org", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"5.5.5.{number}"
        )
    assert (
        attempt("another@example.org", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6").status_code
        == 429
    )


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_wrote(bo, settings):
    settings.PROXY_COUNT = 1
    for number in range(20):
        attempt(
            f"x{number}@example.org", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"5.5.5.{number}, 7.7.7.7"
        )
    assert (
        attempt("y@example.org", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 7.7.7.7").status_code
        == 429
    )
    assert is_in(attempt(bo.email, PASSWORD, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="7.7.7.7, 8.8.8.8"))


def _page(response, email: str) -> str:
    """The page without what differs between any two requests."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return text.replace(email, "ADDRESS")


def test_an_unknown_account_is_answered_as_a_known_one(bo):
    known, unknown = attempt(bo.email), attempt("nobody@example.org")
    assert known.status_code == unknown.status_code == 200
    assert _page(known, bo.email) == _page(unknown, "nobody@example.org")
    for _ in range(9):
        known, unknown = attempt(bo.email), attempt("nobody@example.org", REMOTE_ADDR="10.0.0.3")
    assert known.status_code == unknown.status_code == 429
    assert _page(known, bo.email) == _page(unknown, "nobody@example.org")


@pytest.mark.parametrize("how", ["switched off", "demonstration"])
def test_an_account_that_may_not_sign_in_is_answered_as_a_wrong_password(bo, how):
    User.objects.filter(pk=bo.pk).update(is_active=how != "switched off", is_demo=how == "demonstration")
    right, wrong = attempt(bo.email, PASSWORD), attempt(bo.email, WRONG)
    assert right.status_code == 200
    assert _page(right, bo.email) == _page(wrong, bo.email)


def test_a_demonstration_account_signs_in_where_there_is_a_demonstration(settings):
    settings.DEMO = True
    manager = person("MG", name="Demo", is_demo=True)
    client = Client()
    response = client.post(reverse("account_login"), {"login": manager.email, "password": PASSWORD})
    assert is_in(response)
    page = client.get(reverse("account"))
    assert page.status_code == 200
    assert "Demonstration" in page.content.decode()
    settings.DEMO = False
    assert client.get(reverse("account")).status_code == 302


def test_a_switched_off_account_is_dead_on_the_next_request(bo):
    client = sign_in(Client(), bo)
    assert client.get(reverse("account")).status_code == 200
    User.objects.filter(pk=bo.pk).update(is_active=False)
    assert client.get(reverse("account")).status_code == 302


def test_signing_in_goes_on_inside_this_site_only(bo):
    url = reverse("account_login")
    for target, expected in (
        ("/people/?q=x", "/people/?q=x"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
    ):
        response = Client().post(url, {"login": bo.email, "password": PASSWORD, "next": target})
        assert response["Location"] == expected


def test_nobody_can_sign_up():
    assert Client().get("/signup/").status_code == 404
    assert not AuditEvent.objects.filter(action="account.created").exists()


def test_a_link_to_choose_a_password_works_once(bo, client):
    client.post(reverse("account_reset_password"), {"email": "BO.becker@example.org"})
    [message] = mail.outbox
    link = next(word for word in message.body.split() if "/password/choose/" in word)
    form = client.get(link, follow=True)
    new = "another good phrase"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert is_in(attempt(bo.email, new))
    again = Client().get(link, follow=True)
    assert "does not work any more" in again.content.decode()


def test_a_forgotten_password_of_an_unknown_account_is_answered_alike(bo, client):
    known = client.post(reverse("account_reset_password"), {"email": bo.email}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert known.content == unknown.content
    assert len(mail.outbox) == 1


def test_a_new_password_ends_the_other_sessions(bo):
    here, elsewhere = sign_in(Client(), bo), sign_in(Client(), bo)
    new = "a brand new phrase"
    response = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert response.status_code == 302
    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302


def test_signing_out_kills_the_session_on_the_server(bo, client):
    sign_in(client, bo)
    key = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies["sessionid"] = key
    assert stolen.get(reverse("account")).status_code == 302


def test_signing_in_makes_a_new_session(bo):
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post(reverse("account_login"), {"login": bo.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != session.session_key


def test_sign_in_and_its_failures_are_on_the_trail_without_what_was_typed(bo):
    attempt(bo.email)
    attempt("mysecretpasswordtypedhere@example.org")
    attempt(bo.email, PASSWORD)
    for _ in range(10):
        attempt(bo.email)
    events = list(AuditEvent.objects.values_list("action", "object_uid", "actor_label"))
    assert events[0] == ("session.sign_in_failed", bo.uid, "nobody signed in")
    assert events[1][1] is None
    assert events[2] == ("session.signed_in", bo.uid, bo.email)
    assert ("session.locked_out", bo.uid, "nobody signed in") in events
    assert "typedhere" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_sign_in_that_cannot_be_recorded_lets_nobody_in(bo, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("no trail")

    monkeypatch.setattr("accounts.receivers.record", broken)
    client = Client(raise_request_exception=False)
    response = client.post(reverse("account_login"), {"login": bo.email, "password": PASSWORD})
    assert response.status_code == 500
    monkeypatch.undo()
    assert client.get(reverse("account")).status_code == 302


def test_a_link_is_void_after_three_days(bo, settings):
    with time_machine.travel(timezone.now() - timedelta(days=3, minutes=1), tick=False):
        token = default_token_generator.make_token(bo)
    assert not default_token_generator.check_token(bo, token)
