"""How long a session lasts, and what is said when it has ended."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def client(clock) -> Client:
    return sign_in(Client(), person("BM"))


def is_open(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


def test_it_ends_after_twenty_minutes_without_activity(client, clock):
    clock.shift(timedelta(minutes=19))
    assert is_open(client)
    clock.shift(timedelta(minutes=20))
    response = client.get(reverse("account") + "?a=1", follow=True)
    assert response.redirect_chain[0][0] == f"{reverse('account_login')}?next=/account/%3Fa%3D1"
    assert "You were signed out after 20 minutes without activity." in response.content.decode()


def test_it_is_dead_on_the_server(client, clock):
    key = client.cookies["sessionid"].value
    clock.shift(timedelta(minutes=20))
    client.get(reverse("account"))
    clock.shift(timedelta(minutes=-19))
    stolen = Client()
    stolen.cookies["sessionid"] = key
    assert not is_open(stolen)


def test_it_ends_after_eight_hours_whatever_is_done(client, clock):
    for _ in range(31):
        clock.shift(timedelta(minutes=15))
        assert is_open(client)
    clock.shift(timedelta(minutes=15))
    assert not is_open(client)


def test_staying_signed_in_counts_as_activity(client, clock):
    clock.shift(timedelta(minutes=18))
    assert client.post(reverse("keep_alive")).status_code == 204
    clock.shift(timedelta(minutes=18))
    assert is_open(client)


def test_a_page_that_renews_itself_does_not(client, clock):
    for _ in range(3):
        clock.shift(timedelta(minutes=6))
        assert client.get(reverse("account"), headers={"X-Refresh": "job"}).status_code == 200
    clock.shift(timedelta(minutes=6))
    assert not is_open(client)


def test_what_was_typed_is_owned_to_be_lost_and_the_way_back_is_the_form(client, clock):
    clock.shift(timedelta(minutes=20))
    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": "x"},
        headers={"referer": "http://testserver/account/password/?step=2"},
    )
    assert response["Location"] == f"{reverse('account_login')}?next=/account/password/%3Fstep%3D2"
    page = client.get(response["Location"]).content.decode()
    assert "What you typed was not saved." in page


def test_the_way_back_never_leaves_the_site(client, clock):
    clock.shift(timedelta(minutes=20))
    response = client.post(reverse("keep_alive"), headers={"referer": "https://evil.example/x"})
    assert response["Location"] == f"{reverse('account_login')}?next=/"


def test_a_session_that_does_not_say_when_it_began_is_ended(client):
    session = client.session
    del session["began_at"]
    session.save()
    assert not is_open(client)


def test_the_page_tells_the_warning_what_it_needs(client):
    page = client.get(reverse("account")).content.decode()
    assert 'data-idle-seconds="1200"' in page
    assert 'data-warn-seconds="120"' in page
    assert f'data-keep-alive-url="{reverse("keep_alive")}"' in page
