"""Every address is asked for as nobody and as each role; none stands outside the matrix."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from accounts.models import Grant
from tests.house import access_rows, access_world
from tests.house.access_rows import ROLES, ROWS, Row

# Addresses whose ids are no UUIDs, with the reason.
NOT_BY_UUID = {
    "account_reset_password_from_key": "a signed one-time key stands in for a session",
    "guidance_for": "one of a fixed list of audiences, no record",
    "plan_dispatch": "one of a fixed list of channels, no record",
}


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


PATTERNS = list(patterns())


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[access_world.World]:
    """One world for all tests of this file: each of them changes it within a transaction of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield access_world.build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built, db) -> access_world.World:
    return built


def test_every_address_has_a_name_of_its_own():
    names = [pattern.name for pattern in PATTERNS]
    assert None not in names
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))
def test_every_view_says_who_may_open_it(pattern: URLPattern):
    assert getattr(pattern.callback, "access", None), f"{pattern.name} has no mark of accounts.access"


def test_every_address_has_a_row_and_every_row_an_address():
    assert {pattern.name for pattern in PATTERNS} == set(ROWS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))
def test_ids_in_addresses_are_uuids(pattern: URLPattern):
    if pattern.name in NOT_BY_UUID:
        return
    assert not pattern.pattern.regex.groups or pattern.pattern.converters
    for name, converter in pattern.pattern.converters.items():
        assert isinstance(converter, UUIDConverter), f"{pattern.name}: {name}"


def asked(client: Client, method: str, url: str) -> HttpResponse:
    """One request whose changes are undone, so that each finds the same world."""
    with transaction.atomic():
        response = getattr(client, method)(url)
        if response.streaming:
            list(response.streaming_content)
        transaction.set_rollback(True)
    return response


def verdict(response: HttpResponse) -> str:
    if response.status_code == 302 and response["Location"].startswith(reverse("account_login")):
        return "sign in"
    if response.status_code in (403, 404, 405):
        return str(response.status_code)
    # /readyz says so when a part is ill, as in this world, where nothing has been worked out yet.
    ready = response.status_code == 503 and response.get("Content-Type") == "application/json"
    return "in" if response.status_code < 500 or ready else f"fault {response.status_code}"


def expected(row: Row, method: str, who: str) -> set[str]:
    offered = getattr(row, method)
    if offered is None:
        # Whether the role or the method is looked at first is the view's own business.
        return {"405", str(row.refused), "sign in"} if who == "nobody" else {"405", str(row.refused)}
    if who in offered.split():
        return {"in"}
    if who in row.out_of_reach.split():
        return {"404"}
    return {"sign in"} if who == "nobody" else {str(row.refused)}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_role_gets_what_the_row_says(name: str, world: access_world.World):
    row = ROWS[name]
    url = reverse(name, kwargs=world.kwargs(row.ids))
    wrong = {}
    for who in ("nobody", *ROLES):
        client = world.client(who)
        for method in ("get", "post"):
            found = verdict(asked(client, method, url))
            # Signing out and the sign-in page send on to the sign-in page, as they should.
            if name in ("account_logout", "account_login", "mfa_authenticate") and found == "sign in":
                found = "in"
            if found not in expected(row, method, who):
                wrong[f"{method} as {who}"] = found
            if name == "account_logout":
                client = world.client(who)
    assert wrong == {}


WITH_BEYOND = sorted(name for name, row in ROWS.items() if row.beyond)


def without_token(response: HttpResponse) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


@pytest.mark.parametrize("name", WITH_BEYOND)
def test_a_record_out_of_reach_answers_as_one_that_never_was(name: str, world: access_world.World):
    row = ROWS[name]
    beyond = reverse(name, kwargs=world.kwargs(row.ids | row.beyond))
    never = reverse(name, kwargs=world.kwargs(row.ids) | {key: uuid.uuid4() for key in row.beyond})
    for method in ("get", "post"):
        for who in (getattr(row, method) or "").split():
            client = world.client(who)
            absent = asked(client, method, never)
            assert absent.status_code == 404, f"{method} as {who}"
            if who not in row.all_rows.split():
                hidden = asked(client, method, beyond)
                assert hidden.status_code == 404, f"{method} as {who}"
                assert without_token(hidden) == without_token(absent)


WITH_POST = sorted(name for name, row in ROWS.items() if row.post)


@pytest.mark.parametrize("name", WITH_POST)
def test_no_change_without_a_token(name: str, world: access_world.World):
    row = ROWS[name]
    url = reverse(name, kwargs=world.kwargs(row.ids))
    who = row.post.split()[-1]
    response = world.client(who, enforce_csrf_checks=True).post(url)
    assert response.status_code == 403
    assert "Your page was out of date" in response.content.decode()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_other_methods_are_not_offered(name: str, world: access_world.World):
    row = ROWS[name]
    url = reverse(name, kwargs=world.kwargs(row.ids))
    client = world.client("AD")
    for method in ("put", "patch", "delete"):
        assert asked(client, method, url).status_code in (302, 403, 404, 405)


@pytest.mark.parametrize("name", ["import_records", "import_run", "import_refusals"])
def test_a_permission_is_asked_for_beside_the_role(name: str, world: access_world.World):
    url = reverse(name, kwargs=world.kwargs(ROWS[name].ids))
    client = world.client("MG")
    Grant.objects.filter(user=world.people["MG"], right="import_records").update(ended_at=access_world.AT)
    assert client.get(url).status_code == 403


def test_rows_name_only_roles():
    for row in ROWS.values():
        for offered in (row.get, row.post, row.all_rows):
            assert set((offered or "").split()) <= {"nobody", *access_rows.ROLES}
