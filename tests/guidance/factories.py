"""Rows of the register of guidance for tests: small, valid, with their history and moves."""

from datetime import UTC, date, datetime
from itertools import count

from accounts.models import User
from guidance.constants import ChangeSize, Force, GuidanceKind, InterpretationState, VersionState
from guidance.history import keep
from guidance.models import (
    Easement,
    GuidanceItem,
    GuidanceVersion,
    Interpretation,
    Paragraph,
    VersionMove,
)

# When guidance of tests was recorded and issued, unless the test says otherwise.
RECORDED = datetime(2020, 4, 1, 9, tzinfo=UTC)
ISSUED = datetime(2020, 4, 3, 9, tzinfo=UTC)
_numbers = count(1)


def make_item(title: str = "", *, at: datetime = RECORDED, by: User | None = None, **fields) -> GuidanceItem:
    """An item without a version."""
    number = fields.pop("number", None) or next(_numbers)
    fields.setdefault("audiences", ["police"])
    item = GuidanceItem.objects.create(
        number=number,
        title=title or f"Guidance {number}",
        issuer=fields.pop("issuer", "Department for Education"),
        recorded_at=at,
        recorded_by=by,
        **fields,
    )
    keep(item, thing="item", at=at, by=by)
    return item


def make_version(
    item: GuidanceItem,
    number: int = 1,
    *,
    at: datetime = RECORDED,
    paragraphs: tuple[str, ...] = (),
    by: User | None = None,
    **fields,
) -> GuidanceVersion:
    """A version that was received."""
    values = {
        "kind": GuidanceKind.NEW if number == 1 else GuidanceKind.AMENDED,
        "size": ChangeSize.MAJOR,
        "force": Force.SHOULD,
        "title": item.title,
        "published_on": date(2020, 4, 1),
        "received_on": date(2020, 4, 1),
        "effective_from": date(2020, 4, 1),
        "due_on": date(2020, 4, 15),
        "audiences_affected": item.audiences,
    } | fields
    version = GuidanceVersion.objects.create(
        item=item, number=number, recorded_at=at, recorded_by=by, **values
    )
    for position, text in enumerate(paragraphs, 1):
        Paragraph.objects.create(version=version, position=position, text=text)
    VersionMove.objects.create(of=version, from_state="", to_state=VersionState.RECEIVED, at=at, by=by)
    keep(version, thing="version", at=at, by=by)
    return version


def make_issued(
    item: GuidanceItem,
    number: int = 1,
    *,
    author: User,
    approver: User,
    at: datetime = ISSUED,
    is_public: bool = True,
    **fields,
) -> GuidanceVersion:
    """A version that was interpreted by `author`, approved and issued by `approver`, all at `at`."""
    version = make_version(item, number, **fields)
    Interpretation.objects.create(
        of=version,
        number=1,
        state=InterpretationState.APPROVED,
        meaning="What it means here.",
        to_do="What to do now.",
        is_public=is_public,
        author=author,
        created_at=at,
        submitted_at=at,
        submitted_by=author,
        decided_at=at,
        decided_by=approver,
    )
    states = (VersionState.ASSESSED, VersionState.INTERPRETED, VersionState.APPROVED, VersionState.ISSUED)
    before = VersionState.RECEIVED
    for state in states:
        VersionMove.objects.create(of=version, from_state=before, to_state=state, at=at, by=approver)
        before = state
    GuidanceVersion.objects.filter(pk=version.pk).update(
        state=VersionState.ISSUED, issued_at=at, issued_by=approver, acknowledge_by=date(2020, 4, 14)
    )
    version.refresh_from_db()
    keep(version, thing="version", at=at, by=approver)
    return version


def make_easement(*, at: datetime = RECORDED, **fields) -> Easement:
    values = {
        "title": "Visits by video",
        "instrument": "SI 2020/445",
        "duty": "visits_care",
        "what_changes": "A visit may be made by video.",
        "normally": "A visit is made in person.",
        "effective_from": date(2020, 4, 24),
        "effective_until": date(2020, 9, 25),
        "source": "The statutory instrument",
        "recorded_at": at,
    } | fields
    easement = Easement.objects.create(**values)
    keep(easement, thing="easement", at=at, by=None)
    return easement
