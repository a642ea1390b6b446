"""The people pages and the services behind them."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import selectors, services
from accounts.audit import Actor
from accounts.models import AuditEvent, Grant, User
from safeguarding.kernel.errors import Refusal
from tests.people import LONG_AGO, PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db

NOW = timezone.now()
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def admin() -> User:
    return person("AD", name="Ada")


@pytest.fixture
def client(admin) -> Client:
    """Signed in as the administrator, with fresh proof."""
    return proven(sign_in(Client(), admin))


def proven(client: Client) -> Client:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def page_of(client: Client, user: User) -> str:
    return client.get(reverse("person", args=[user.uid])).content.decode()


INVITED = {"name": "Nia New", "email": " Nia.NEW@example.org", "job_title": "", "right": "SW"}


def test_an_invitation_makes_an_account_that_opens_by_its_link_only(client, admin):
    response = client.post(reverse("invite"), INVITED)
    user = User.objects.get(email="nia.new@example.org")
    assert response["Location"] == reverse("person", args=[user.uid])
    assert (user.created_by, user.roles, user.has_usable_password()) == (admin, {"SW"}, False)
    [message] = mail.outbox
    assert message.to == ["nia.new@example.org"]
    link = re.search(r"http://testserver(\S+)", message.body).group(1)
    form = Client().get(link)
    assert form.status_code == 302
    actions = list(AuditEvent.objects.filter(object_uid=user.uid).values_list("action", flat=True))
    assert actions == ["account.created", "right.given", "account.invited"]


def test_without_mail_the_link_is_shown_once(client, settings):
    settings.EMAIL_BACKEND = CONSOLE
    response = client.post(reverse("invite"), INVITED)
    assert response.status_code == 200
    assert "/password/choose/" in response.content.decode()
    user = User.objects.get(email="nia.new@example.org")
    assert "/password/choose/" not in page_of(client, user)
    assert AuditEvent.objects.get(action="account.invited").detail == {"how": "shown"}


def test_the_same_address_makes_no_second_account_and_what_was_typed_stays(client):
    client.post(reverse("invite"), INVITED)
    response = client.post(reverse("invite"), INVITED | {"name": "Another"})
    assert response.status_code == 422
    assert "There is an account with this email address already." in response.content.decode()
    assert 'value="Another"' in response.content.decode()


def test_a_coordinator_invites_partners_only():
    coordinator = proven(sign_in(Client(), person("CO")))
    response = coordinator.post(reverse("invite"), INVITED | {"right": "SW"})
    assert response.status_code == 422
    assert not User.objects.filter(email="nia.new@example.org").exists()
    coordinator.post(reverse("invite"), INVITED | {"right": "PR"})
    assert User.objects.get(email="nia.new@example.org").roles == {"PR"}


def test_a_coordinator_sees_partners_and_themselves_only():
    me, partner, worker = person("CO", name="Coco"), person("PR", name="Pat"), person("SW", name="Sam")
    client = sign_in(Client(), me)
    page = client.get(reverse("people")).content.decode()
    assert partner.email in page and me.email in page and worker.email not in page
    assert client.get(reverse("person", args=[worker.uid])).status_code == 404


def test_search_finds_by_each_word(client):
    person("BM", name="Bea Board", email="bea@example.org")
    person("BM", name="Ben Board", email="ben@example.org")
    page = client.get(reverse("people"), {"q": "board BEA"}).content.decode()
    assert "bea@example.org" in page and "ben@example.org" not in page


def test_a_right_given_and_ended_bites_on_the_next_request(client):
    member = person("BM", name="Bea")
    other = sign_in(Client(), member)
    assert other.get(reverse("people")).status_code == 403
    client.post(reverse("give_right", args=[member.uid]), {"right": "CO"})
    assert other.get(reverse("people")).status_code == 200
    grant = Grant.objects.get(user=member, right="CO")
    assert "Given by Ada" in page_of(client, member)
    client.post(reverse("end_right", args=[member.uid, grant.uid]))
    assert other.get(reverse("people")).status_code == 403
    assert "By Ada" in page_of(client, member)


def test_nothing_is_given_to_oneself_and_the_page_says_why(client, admin):
    response = client.post(reverse("give_right", args=[admin.uid]), {"right": "AU"})
    assert response.status_code == 422
    assert "You cannot give a role or permission to yourself." in response.content.decode()
    assert User.objects.get(pk=admin.pk).roles == {"AD"}


def test_the_database_too_refuses_a_grant_to_oneself(admin):
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(user=admin, right="AU", granted_at=NOW, granted_by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(
            user=person(), right="AD", granted_at=NOW, granted_by=admin, needs_second=True, seconded_at=NOW,
            seconded_by=admin,
        )  # fmt: skip


def test_an_administrator_is_made_by_two(client):
    member = person("CO", name="Cy")
    client.post(reverse("give_right", args=[member.uid]), {"right": "AD"})
    grant = Grant.objects.get(user=member, right="AD")
    assert User.objects.get(pk=member.pk).roles == {"CO"}
    assert "Waits for a second administrator" in page_of(client, member)
    client.post(reverse("confirm_right", args=[member.uid, grant.uid]))
    assert User.objects.get(pk=member.pk).roles == {"CO"}
    second = proven(sign_in(Client(), person("AD", name="Bob")))
    second.post(reverse("confirm_right", args=[member.uid, grant.uid]))
    assert User.objects.get(pk=member.pk).roles == {"CO", "AD"}
    assert "confirmed by Bob" in page_of(client, member)


def test_switching_off_and_on(client):
    member = person("BM")
    other = sign_in(Client(), member)
    client.post(reverse("switch_off", args=[member.uid]))
    assert other.get(reverse("account")).status_code == 302
    client.post(reverse("switch_on", args=[member.uid]))
    assert User.objects.get(pk=member.pk).is_active


def test_the_last_administrator_stays(client, admin):
    second = person("AD", name="Bob")
    bob = proven(sign_in(Client(), second))
    client.post(reverse("switch_off", args=[second.uid]))
    assert bob.get(reverse("account")).status_code == 302
    # Bob's own request to switch Ada off was under way at that moment.
    with pytest.raises(Refusal, match="last administrator"):
        services.switch_off(holder=admin, by=second, now=NOW)


def test_the_second_step_is_taken_off_by_an_administrator(client):
    worker = person("SW")
    other = sign_in(Client(), worker)
    client.post(reverse("take_second_factor_off", args=[worker.uid]))
    assert other.get(reverse("account"))["Location"] == reverse("mfa_activate_totp")
    assert AuditEvent.objects.filter(action="second_factor.reset", object_uid=worker.uid).exists()


def test_one_administrator_cannot_take_an_account_over(client):
    """Neither order of link and reset is one person's to do; another administrator may."""
    for first, then, done in (
        ("new_link", "take_second_factor_off", "second_factor.reset"),
        ("take_second_factor_off", "new_link", "account.invited"),
    ):
        worker = person("SW")
        client.post(reverse(first, args=[worker.uid]))
        client.post(reverse(then, args=[worker.uid]))
        assert not AuditEvent.objects.filter(action=done, object_uid=worker.uid).exists()
        bob = proven(sign_in(Client(), person("AD")))
        bob.post(reverse(then, args=[worker.uid]))
        assert AuditEvent.objects.filter(action=done, object_uid=worker.uid).exists()


def test_changes_ask_for_fresh_proof_and_then_go_on(admin):
    member = person("BM")
    client = sign_in(Client(), admin)
    url = reverse("give_right", args=[member.uid])
    asked = client.post(url, {"right": "CO"})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not Grant.objects.filter(user=member, right="CO").exists()
    client.post(asked["Location"], {"password": PASSWORD})
    assert Grant.objects.filter(user=member, right="CO").exists()


def test_own_account_page_shows_own_rights():
    me = person("BM", name="Bea")
    page = sign_in(Client(), me).get(reverse("account")).content.decode()
    assert me.email in page and "Board member" in page


def test_a_change_that_cannot_be_recorded_is_undone(admin, monkeypatch):
    member = person("BM")
    monkeypatch.setattr("accounts.services.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.give_right(holder=member, right="CO", by=admin, now=NOW)
    assert User.objects.get(pk=member.pk).roles == {"BM"}


def test_dormant_accounts_are_switched_off_but_not_the_last_administrator(admin):
    def last_seen(user: User, days: int) -> User:
        User.objects.filter(pk=user.pk).update(last_login=NOW - timedelta(days=days))
        return user

    gone, here = last_seen(person("BM"), 91), last_seen(person("BM"), 89)
    never_came, just_made = person("BM"), person("BM")
    User.objects.filter(pk=just_made.pk).update(created_at=NOW)
    demo = last_seen(person("BM", is_demo=True), 400)
    on_again = last_seen(person("BM"), 400)
    User.objects.filter(pk=on_again.pk).update(switched_on_at=NOW - timedelta(days=3))
    last_seen(admin, 400)
    assert services.switch_off_dormant(actor=Actor.job("test"), now=NOW) == 2
    off = set(User.objects.filter(is_active=False))
    assert off == {gone, never_came}
    assert {here, just_made, demo, on_again, admin} <= set(User.objects.filter(is_active=True))
    event = AuditEvent.objects.get(action="account.switched_off", object_uid=gone.uid)
    assert (event.actor_label, event.detail) == ("job:test", {"unused_days": 90})


def test_of_two_dormant_administrators_one_stays(admin):
    for user in (admin, person("AD")):
        User.objects.filter(pk=user.pk).update(last_login=NOW - timedelta(days=100))
    assert services.switch_off_dormant(actor=Actor.job("test"), now=NOW) == 1


def test_the_first_administrator_comes_by_command():
    out = StringIO()
    call_command(
        "create_administrator", "First@Example.org", "First Admin", "--site", "https://so.example", stdout=out
    )
    user = User.objects.get(email="first@example.org")
    assert user.roles == {"AD"}
    assert re.search(r"https://so\.example/password/choose/\S+/", out.getvalue())
    assert AuditEvent.objects.filter(actor_label__startswith="cli:").count() == 2
    with pytest.raises(CommandError, match="already"):
        call_command("create_administrator", "first@example.org", "Again")
    with pytest.raises(CommandError, match="not an email address"):
        call_command("create_administrator", "nobody", "Again")


def test_selectors(admin):
    [right] = selectors.rights_of(person("BM"))
    assert (right.granted_at, right.granted_by) == (LONG_AGO, selectors.NOT_RECORDED)
