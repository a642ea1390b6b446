"""Whatever is typed or put into an address: an answer, never a fault."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db

NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b@example.org",
    "x" * 100_000,
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "\u202egro.elpmaxe@a",
    "％００@example.org",
    "'; DROP TABLE accounts_user; --@example.org",
    "<script>alert(1)</script>@example.org",
    "ﬁ@example.org",
    "a@" + "b" * 300 + ".org",
    "99999999999999999999999999",
    "-1",
    "{{7*7}}",
    "١٢٣",
]


@pytest.fixture
def admin() -> Client:
    return sign_in(Client(), person("AD", "AU"), proven=True)


def fine(response) -> None:
    assert response.status_code < 500


@pytest.mark.parametrize("text", NASTY)
def test_signing_in_and_forgetting(text: str):
    fine(Client().post(reverse("account_login"), {"login": text, "password": text, "next": text}))
    fine(Client().post(reverse("account_login"), {"login": "a@example.org", "password": text}))
    fine(Client().get(reverse("account_login"), {"next": text}))
    fine(Client().post(reverse("account_reset_password"), {"email": text}))


@pytest.mark.parametrize(
    "key", ["1-x", "zzzzzzzzzzzzz-x", "zzzzzzzzzzzzzz-x", "0-set-password", "1-" + "x" * 3000]
)
def test_made_up_links(key: str):
    page = Client().get(f"/password/choose/{key}/", follow=True)
    assert page.status_code == 200
    assert "does not work any more" in page.content.decode()


@pytest.mark.parametrize("text", NASTY)
def test_people_and_trail(admin: Client, text: str):
    fine(admin.get(reverse("people"), {"q": text, "page": text}))
    asked = ("who", "action", "reference", "before", "from_day_day", "from_day_month", "from_day_year")
    fine(admin.get(reverse("audit_trail"), dict.fromkeys(asked, text)))
    fine(admin.post(reverse("invite"), {"name": text, "email": text, "job_title": text, "right": text}))
    holder = person("BM")
    fine(admin.post(reverse("give_right", args=[holder.uid]), {"right": text}))
    assert User.objects.get(pk=holder.pk).roles == {"BM"}


@pytest.mark.parametrize("text", NASTY)
def test_codes_and_passwords(admin: Client, text: str):
    fine(admin.post(reverse("mfa_reauthenticate"), {"code": text}))
    fine(admin.post(reverse("account_reauthenticate"), {"password": text}))
    typed = dict.fromkeys(("oldpassword", "password1", "password2"), text)
    fine(admin.post(reverse("account_change_password"), typed))


def test_what_was_typed_stays_but_for_passwords(admin: Client):
    typed = {"name": "Nia", "email": "not an address", "job_title": "Lead", "right": "CO"}
    page = admin.post(reverse("invite"), typed).content.decode()
    assert 'value="Nia"' in page and 'value="not an address"' in page and 'value="Lead"' in page
    page = Client().post(reverse("account_login"), {"login": "a@example.org", "password": "typed-secret"})
    assert "typed-secret" not in page.content.decode()


def test_nothing_typed_as_a_name_is_live(admin: Client):
    admin.post(
        reverse("invite"),
        {"name": "<img src=x onerror=alert(1)>", "email": "x@example.org", "job_title": "", "right": "CO"},
    )
    for url in (reverse("people"), reverse("person", args=[User.objects.get(email="x@example.org").uid])):
        assert "<img src=x" not in admin.get(url).content.decode()
