"""Who keeps the register, and versions in each state on their way from receipt to practice."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F

from accounts.models import User
from guidance.constants import VersionState
from guidance.models import GuidanceVersion, Interpretation
from guidance.services import interpretation as services
from tests.guidance.factories import make_item, make_version
from tests.people import person

# A Monday.
NOW = datetime(2020, 4, 6, 9, tzinfo=UTC)
S = VersionState
PARAGRAPHS = ("You must visit each week.", "You should ring first.", "You may use video.")


@dataclass
class World:
    author: User
    approver: User
    auditor: User
    manager: User
    worker: User
    partner: User
    board: User
    administrator: User


def make_world() -> World:
    return World(
        author=person("CO", name="Anna Author"),
        approver=person("CO", name="Abel Approver"),
        auditor=person("AU", name="Aude Auditor"),
        manager=person("MG", name="Mona Manager"),
        worker=person("SW", name="Wanda Worker"),
        partner=person("PR", name="Paul Partner"),
        board=person("BM", name="Bea Board"),
        administrator=person("AD", name="Ada Admin"),
    )


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)


def written(world: World, of: GuidanceVersion, user: User | None = None, **other) -> Interpretation:
    """The draft of a version that is being interpreted, written (on) by `user`."""
    open_draft = of.interpretations.filter(state="draft").first()
    given = {
        "expected_version": open_draft.version if open_draft else 0,
        "meaning": "We visit each week.",
        "to_do": "Ring the family on Monday.",
        "notes": {1: ("must", "Each family, each week.")},
        "now": NOW,
    } | other
    return services.write_draft(user=user or world.author, of=of, **given)


def version_in(world: World, state: str, *, item=None, number: int = 1, **fields) -> GuidanceVersion:
    """A version in `state`, brought there by the author and, where another has to, by the approver."""
    item = item or make_item()
    of = make_version(item, number, paragraphs=PARAGRAPHS, by=world.author, **fields)
    if state == S.RECEIVED:
        return of
    if state == S.SET_ASIDE:
        return services.set_aside(
            user=world.author, of=of, expected_version=1, reason="It is for Wales", now=NOW
        )
    of = services.assess(user=world.author, of=of, expected_version=1, now=NOW)
    draft = written(world, of)
    if state == S.ASSESSED:
        return fresh(of)
    draft = services.submit(user=world.author, interpretation=draft, expected_version=draft.version, now=NOW)
    if state == S.INTERPRETED:
        return fresh(of)
    services.approve(user=world.approver, interpretation=draft, expected_version=draft.version, now=NOW)
    of = fresh(of)
    if state == S.APPROVED:
        return of
    of = services.issue(user=world.author, of=of, expected_version=of.version, now=NOW)
    if state == S.EMBEDDED:
        rows = GuidanceVersion.objects.filter(pk=of.pk)
        rows.update(
            state=S.EMBEDDED,
            closed_at=NOW,
            closed_by=world.author,
            shown_by=[{"organisation": "Police"}],
            version=F("version") + 1,
        )
    return fresh(of)


def newest(of: GuidanceVersion) -> Interpretation:
    """The interpretation in hand; of a version that was never drafted, one that was never saved."""
    found = of.interpretations.order_by("-number").first()
    return found or Interpretation(of=of, number=1)
