"""Two people and two clicks at once on a version, on PostgreSQL, and controls that show what is kept off."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, AuditHead
from guidance import signals
from guidance.constants import VersionState
from guidance.models import (
    GuidanceVersion,
    Interpretation,
    InterpretationEdit,
    TopicOwner,
    VersionMove,
)
from guidance.services import interpretation as services
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.guidance.factories import make_item
from tests.guidance.interpretation_world import NOW, World, fresh, make_world, newest, version_in, written
from tests.people import person
from tests.visits.test_records_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]
S = VersionState


@pytest.fixture
def world() -> World:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    return make_world()


def codes(results: list[object]) -> list[str]:
    return sorted(one.code for one in results if isinstance(one, Refusal))


def test_of_several_who_approve_or_send_back_one_wins_and_the_others_are_told(world):
    of = version_in(world, S.INTERPRETED)
    row, third = newest(of), person("CO", name="Third")
    moves = VersionMove.objects.count()

    def approve():
        return services.approve(
            user=world.approver, interpretation=row, expected_version=row.version, now=NOW
        )  # fmt: skip

    def send_back():
        return services.send_back(
            user=third, interpretation=row, expected_version=row.version, words="Say who", now=NOW
        )

    results = at_once(*[approve, send_back] * 4)
    assert codes(results) == ["move_not_allowed"] * 7
    assert VersionMove.objects.count() == moves + 1
    pairs = {(S.APPROVED, "approved"), (S.ASSESSED, "sent_back")}
    assert (fresh(of).state, newest(of).state) in pairs


def test_of_several_who_issue_one_wins_and_it_is_told_once(world):
    of = version_in(world, S.APPROVED)
    told = []
    signals.issued.connect(lambda **_: told.append(1), weak=False, dispatch_uid="race")

    def issue(user):
        return lambda: services.issue(user=user, of=of, expected_version=of.version, now=NOW)

    try:
        results = at_once(*[issue(world.author), issue(world.approver)] * 4)
    finally:
        signals.issued.disconnect(dispatch_uid="race")
    assert codes(results) == ["move_not_allowed"] * 7
    assert told == [1]
    assert AuditEvent.objects.filter(action="guidance_version.issued").count() == 1


def test_issue_and_take_back_at_once_leave_one_of_them(world):
    of = version_in(world, S.APPROVED)

    def issue():
        return services.issue(user=world.author, of=of, expected_version=of.version, now=NOW)

    def take_back():
        return services.take_back(
            user=world.approver, of=of, expected_version=of.version, reason="A mistake", now=NOW
        )

    results = at_once(*[issue, take_back] * 3)
    assert codes(results) == ["move_not_allowed"] * 5 or "not_approved" in codes(results)
    assert (fresh(of).state, newest(of).state) in {(S.ISSUED, "approved"), (S.ASSESSED, "sent_back")}


def test_of_an_older_and_a_newer_version_issued_at_once_the_newer_holds(world):
    """Whichever comes first, the newest issued version is the second one."""
    item = make_item()
    older, newer = (version_in(world, S.APPROVED, item=item, number=number) for number in (1, 2))

    def issue(of):
        return lambda: services.issue(user=world.author, of=of, expected_version=of.version, now=NOW)

    results = at_once(issue(older), issue(newer))
    assert codes(results) in ([], ["later_issued"])
    moves = VersionMove.objects.filter(to_state=S.ISSUED).order_by("pk")
    # Never the older one after the newer.
    assert [move.of.number for move in moves] in ([1, 2], [2])
    assert GuidanceVersion.objects.latest_issued().get().number == 2


def test_of_several_who_begin_a_draft_one_does_and_no_text_is_lost(world):
    of = version_in(world, S.RECEIVED)
    services.assess(user=world.author, of=of, expected_version=1, now=NOW)

    def write(user, text):
        return lambda: written(world, of, user, meaning=text, expected_version=0)

    results = at_once(*[write(world.author, "Mine"), write(world.approver, "Theirs")] * 4)
    assert sum(isinstance(one, StaleEdit) for one in results) == 7
    row = Interpretation.objects.get()
    assert InterpretationEdit.objects.get().fields["meaning"] == row.meaning


def test_of_several_who_write_on_from_the_same_text_one_does(world):
    of = version_in(world, S.ASSESSED)

    def write(user, text):
        return lambda: written(world, of, user, meaning=text, expected_version=1, notes={1: ("", text)})

    results = at_once(*[write(world.author, "Mine"), write(world.approver, "Theirs")] * 4)
    assert sum(isinstance(one, StaleEdit) for one in results) == 7
    row = Interpretation.objects.get()
    assert (row.version, InterpretationEdit.objects.count()) == (2, 2)
    assert row.notes.get().text == row.meaning


def test_what_is_put_forward_is_what_was_seen(world):
    """Somebody writes while somebody puts it forward: never is put forward what nobody saw."""
    of = version_in(world, S.ASSESSED)
    row = newest(of)

    def write():
        return written(world, of, world.approver, meaning="Theirs", expected_version=row.version)

    def submit():
        return services.submit(
            user=world.author, interpretation=row, expected_version=row.version, now=NOW
        )  # fmt: skip

    results = at_once(*[write, submit] * 3)
    found = newest(of)
    assert sum(isinstance(one, Interpretation) for one in results) == 1
    assert (found.state, found.meaning) in {("draft", "Theirs"), ("in_review", "We visit each week.")}


def test_control_without_the_version_in_the_filter_a_text_is_lost(world):
    of = version_in(world, S.ASSESSED)
    both_have_read = Barrier(2, timeout=20)

    def write(text):
        def act():
            row = Interpretation.objects.get(of=of)
            both_have_read.wait()
            row.meaning = text
            row.save(update_fields=["meaning"])

        return act

    assert at_once(write("Mine"), write("Theirs")) == [None, None]
    # Both were told that it is saved.
    assert newest(of).meaning in ("Mine", "Theirs")


def test_one_owner_of_a_topic_at_a_time(world):
    def own(user):
        return lambda: services.set_topic_owner(
            user=world.author, topic="ppe", owner=user, from_date=NOW.date(), now=NOW
        )

    results = at_once(*[own(world.author), own(world.approver)] * 3)
    assert set(codes(results)) <= {"owner_just_set", "owner_unchanged"}
    assert TopicOwner.objects.filter(until_date=None).count() == 1


def test_two_owners_at_a_time_are_what_the_table_refuses(world):
    day = NOW.date()
    TopicOwner.objects.create(topic="ppe", user=world.author, from_date=day)
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicOwner.objects.create(topic="ppe", user=world.approver, from_date=day + timedelta(days=1))
