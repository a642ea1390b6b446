"""The second step: who needs it, what is shut without it, guessing, sealing."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Grant
from tests.people import LONG_AGO, PASSWORD, SECRET, person, sign_in, with_second_factor

pytestmark = pytest.mark.django_db

NEED_IT = ("MG", "SW", "AU", "AD")


def code_for(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def password_step(user) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("role", NEED_IT)
def test_without_it_those_roles_reach_nothing_but_its_setting_up(role):
    client = password_step(person(role))
    for name in ("account", "people", "audit_trail", "jobs", "account_change_password"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


@pytest.mark.parametrize("role", ["BM", "CO", "PR"])
def test_others_may_do_without(role):
    assert password_step(person(role)).get(reverse("account")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_it_up_opens_the_session_and_shows_codes_once():
    worker = person("SW")
    client = password_step(worker)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'app-secret">([A-Z2-7 ]+)<', page).group(1).replace(" ", "")
    response = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}, follow=True)
    codes = re.findall(r'app-secret">(\d+)<', response.content.decode())
    assert len(codes) == 10
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(code in again for code in codes)
    assert client.get(reverse("account")).status_code == 200

    client = password_step(worker)
    assert client.get(reverse("account")).status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert client.get(reverse("account")).status_code == 200
    client = password_step(worker)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert client.get(reverse("account")).status_code == 302


def test_a_session_from_before_it_was_set_up_must_sign_in_anew():
    worker = person("SW")
    before = password_step(worker)
    with_second_factor(worker)
    assert before.get(reverse("account"))["Location"].startswith(reverse("account_login"))
    assert before.get(reverse("account")).status_code == 302


def test_a_role_given_later_shuts_the_running_session():
    member = person("BM")
    client = password_step(member)
    assert client.get(reverse("account")).status_code == 200
    Grant.objects.create(user=member, right="MG", granted_at=LONG_AGO)
    assert client.get(reverse("account"))["Location"] == reverse("mfa_activate_totp")


def test_the_password_is_asked_for_again_before_the_set_up_where_the_sign_in_is_long_ago(settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    client = password_step(person("SW"))
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))


def test_wrong_codes_lock_the_account_as_wrong_passwords_do():
    worker = with_second_factor(person("SW"))
    client = password_step(worker)
    for _ in range(9):
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 429
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(SECRET)}).status_code == 429
    assert client.get(reverse("account")).status_code == 302
    assert password_step(worker).get(reverse("mfa_authenticate")).status_code == 302


def test_wrong_codes_lock_the_account_without_the_cache_too(settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    client = password_step(with_second_factor(person("SW")))
    for _ in range(10):
        response = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert response.status_code == 429
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(SECRET)}).status_code == 429


def test_it_cannot_be_taken_off_where_the_role_needs_it():
    worker = person("SW")
    client = sign_in(Client(), worker)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("mfa_deactivate_totp"))
    assert response.status_code == 200
    assert Authenticator.objects.filter(user=worker, type="totp").exists()


def test_the_secret_is_sealed_in_the_database(settings):
    worker = with_second_factor(person("SW"))
    stored = Authenticator.objects.get(user=worker, type="totp").data["secret"]
    assert SECRET not in stored
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key " * 6
    client = password_step(worker)
    client.post(reverse("mfa_authenticate"), {"code": code_for(SECRET)})
    assert client.get(reverse("account")).status_code == 200


def test_setting_up_and_failing_are_on_the_trail():
    worker = with_second_factor(person("SW"))
    password_step(worker).post(reverse("mfa_authenticate"), {"code": "000000"})
    event = AuditEvent.objects.get(action="session.sign_in_failed")
    assert (event.object_uid, event.detail["step"]) == (worker.uid, "second")
