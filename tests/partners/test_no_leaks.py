"""Nobody reads another's drafts: not on any page, in any file, list, count or notice. Every address is
asked for with every record of its kind, and every link is followed."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import urlsplit

import pytest
import time_machine
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse

from operations.models import Notification
from operations.notifications import notify
from partners.models import RecoveryPlan, Return
from partners.selectors.actions import source_of
from tests.house.test_access_matrix import PATTERNS
from tests.partners.leaks_world import (
    DRAFT,
    MAY_READ,
    NOW,
    World,
    add_action,
    add_file,
    hang_on_plan,
    make_world,
    propose,
)
from tests.people import sign_in

pytestmark = pytest.mark.django_db
ROLES = ("BM", "MG", "SW", "PR", "CO", "AU", "AD")
# Which records an address may hold, by its first part; several in the order of its parts.
_HOLDS: dict[str, tuple[str, ...]] = {
    "actions": ("Action", "Evidence"),
    "assurance": ("Cycle", "Organisation"),
    # Reviews hold what was submitted, never a draft; here is none.
    "board": (),
    "concerns": ("Concern",),
    "cycles": ("Cycle", "Return", "CyclePause"),
    "meetings": ("Meeting", "MeetingSeries", "AgendaItem"),
    "organisations": ("Organisation",),
    "panels": ("MeetingSeries", "PanelAudit"),
    "published": (),
    "question-sets": ("QuestionSet",),
    "recovery": ("RecoveryPlan", "Service", "Backlog", "Dependency"),
    "returns": ("Return", "Evidence"),
    "survey": ("Survey",),
    "surveys": ("Survey",),
    "tracker": ("Cycle",),
    "training": ("TrainingEvent", "Organisation"),
}
_APPS = ("partners.", "dashboards.", "operations.")
_LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)')
# Of the same page with other filters, so many are opened.
_VARIANTS = 3
_LEAVE = ("/account/logout", "/account/", "/static/")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def of_the_partnership() -> Iterator[URLPattern]:
    for pattern in PATTERNS:
        if pattern.callback.__module__.startswith(_APPS):
            yield pattern


def addresses(pattern: URLPattern, world: World) -> Iterator[str]:
    """The address with every record of the kinds that it may hold."""
    names = list(pattern.pattern.converters)
    first = reverse(pattern.name, kwargs=dict.fromkeys(names, world.own.uid)).split("/")[1]
    if not names:
        yield reverse(pattern.name)
        return
    if first in ("jobs", "notifications"):
        uids = set(Notification.objects.values_list("uid", flat=True))
    else:
        uids = {one.uid for kind in _HOLDS[first] for one in apps.get_model("partners", kind).objects.all()}
    for chosen in product(uids | set(world.uploads if "upload" in names else ()), repeat=len(names)):
        yield reverse(pattern.name, kwargs=dict(zip(names, chosen, strict=True)))


def said(response: HttpResponse) -> str:
    """All that an answer says: its page, the parts of a workbook, its headings."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(parts.read(name) for name in parts.namelist())
    headings = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headings}\n{content.decode('utf-8', 'replace')}"


def crawl(client: Client, starts: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Every address of `starts`, and of every link that is found, with its status and what it says."""
    waiting, seen = list(dict.fromkeys(starts)), set()
    variants: dict[str, int] = {}
    while waiting:
        url = waiting.pop()
        path = urlsplit(url).path
        if url in seen or path.startswith(_LEAVE) or variants.get(path, 0) >= _VARIANTS:
            continue
        seen.add(url)
        variants[path] = variants.get(path, 0) + 1
        response = client.get(url)
        text = said(response)
        yield url, response.status_code, text
        if response.status_code == 200:
            waiting += [link.replace("&amp;", "&") for link in _LINK.findall(text)]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_what_is_not_theirs(role: str, world: World):
    starts = [url for pattern in of_the_partnership() for url in addresses(pattern, world)]
    client = sign_in(Client(), world.people[role], proven=True)
    hidden = [word for word, roles in MAY_READ.items() if role not in roles]
    opened, leaks = 0, []
    for url, status, text in crawl(client, starts):
        assert status < 500, url
        opened += status == 200
        leaks += [(word, url) for word in hidden if word in text]
    assert leaks == []
    # The crawl saw the pages that this role works with.
    assert opened > {"AD": 5, "SW": 8, "MG": 20}.get(role, 40)


def test_the_crawl_finds_the_words_where_they_may_be_read(world: World):
    client = sign_in(Client(), world.keeper, proven=True)
    starts = [url for pattern in of_the_partnership() for url in addresses(pattern, world)]
    read = {word for _, _, text in crawl(client, starts) for word in MAY_READ if word in text}
    assert read == {"zqdraft", "zqaction", "zqrestricted"}
    auditor = sign_in(Client(), world.people["AU"], proven=True)
    read = {word for _, _, text in crawl(auditor, starts) for word in MAY_READ if word in text}
    assert read == {"zqproposed", "zqaction", "zqrestricted"}


def _lists(client: Client) -> dict[str, str]:
    """What the pages say that hold no record in their address."""
    found = {}
    for pattern in of_the_partnership():
        if not pattern.pattern.converters:
            response = client.get(reverse(pattern.name))
            found[pattern.name] = re.sub(
                r'name="(csrfmiddlewaretoken|token)" value="[^"]+"', "", said(response)
            )
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_count_tells_of_it(role: str, world: World):
    """More of what somebody may not see changes nothing on any page of theirs."""
    client = sign_in(Client(), world.people[role], proven=True)
    _lists(client)
    before = _lists(client)
    draft = Return.objects.get(organisation=world.other, cycle__number=2)
    question = draft.answers.select_related("question").get(question__code="level").question
    add_file(world, of_return=draft, question=question)
    draft.answers.filter(question__code="waiting").delete()
    hang_on_plan(world)
    if role not in ("CO", "AU"):
        propose(world)
    if role in ("PR", "SW", "MG", "AD"):
        add_action(world)
    notify(
        recipient=world.keeper, subject="return:x", step="late", title=DRAFT, text=DRAFT,
        href="/returns/", urgent=False, now=NOW,
    )  # fmt: skip
    after = _lists(client)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == set()


def test_a_draft_plan_is_no_source_of_an_action(world: World):
    plan = RecoveryPlan.objects.get(organisation=world.other)
    assert source_of("plan", plan.uid, world.keeper, NOW) is None
    plan.submitted_at, plan.submitted_by = NOW, world.keeper
    plan.save()
    for user in (world.keeper, world.people["CO"]):
        assert source_of("plan", plan.uid, user, NOW).label == plan.title
    shared = RecoveryPlan.objects.create(title="The partnership’s plan", remit="All", created_at=NOW)
    assert source_of("plan", shared.uid, world.people["CO"], NOW).label == shared.title
