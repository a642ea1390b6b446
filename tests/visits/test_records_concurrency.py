"""Several people and several clicks at once, on PostgreSQL. Each promise has a control beside it that
shows the loss which the promise keeps off; if a control fails, the test above it proves nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import AuditEvent, AuditHead
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.visits.records_world import NOW, World, make_world, recorded
from visits import services
from visits.constants import Method
from visits.models import Revision, Visit

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.postgres,
]
LATER = NOW + timedelta(days=2)
TEXTS = [f"Text {number}" for number in range(6)]


@pytest.fixture
def world() -> World:
    # As the migration leaves it; the flush between tests took it away.
    AuditHead.objects.get_or_create(pk=1)
    return make_world()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Runs the calls at the same moment, each on a connection of its own; what each returned or refused."""
    together = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            together.wait(timeout=20)
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def correction(world: World, visit: Visit, text: str) -> Callable[[], object]:
    return lambda: services.correct_visit(
        user=world.manager,
        visit=visit,
        expected_version=1,
        changes={"note": text},
        reason="The family told us more",
        now=LATER,
    )


class TestCorrectionsAtOnce:
    def test_one_wins_and_the_others_are_told(self, world):
        visit = recorded(world)
        outcomes = at_once(*(correction(world, visit, text) for text in TEXTS))
        won = [outcome for outcome in outcomes if isinstance(outcome, Visit)]
        assert len(won) == 1
        assert sum(isinstance(outcome, StaleEdit) for outcome in outcomes) == len(TEXTS) - 1
        visit.refresh_from_db()
        assert (visit.note, visit.version) == (won[0].note, 2)
        assert Revision.objects.count() == 1
        assert AuditEvent.objects.count() == 1

    def test_control_without_the_version_texts_are_lost(self, world):
        """Read, think, write: what the service would do without its check of the version."""
        visit = recorded(world)
        read = Barrier(len(TEXTS))

        def without_a_check(text: str) -> str:
            mine = Visit.objects.get(pk=visit.pk)
            read.wait(timeout=20)
            mine.note, mine.version = text, mine.version + 1
            mine.save(update_fields=["note", "version"])
            return text

        acknowledged = at_once(*(lambda text=text: without_a_check(text) for text in TEXTS))
        visit.refresh_from_db()
        assert acknowledged == TEXTS
        # Six were told that their text is saved; one is.
        assert visit.version == 2

    def test_the_check_holds_without_the_row_lock_too(self, world, monkeypatch):
        """SQLite has no row locks; there the version in the filter of the write is all there is."""
        monkeypatch.setattr(
            "django.db.models.query.QuerySet.select_for_update", lambda rows, *args, **kwargs: rows.all()
        )
        visit = recorded(world)
        # The trail's own lock is gone too, so that some may fail for that; none may overwrite.
        outcomes = at_once(*(_or_any_error(correction(world, visit, text)) for text in TEXTS))
        won = [outcome for outcome in outcomes if isinstance(outcome, Visit)]
        assert len(won) <= 1
        visit.refresh_from_db()
        assert visit.version == 1 + len(won)


def _or_any_error(call: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return call()
        except Exception as error:
            return error

    return run


class TestEqualFormsAtOnce:
    def post(self, world: World, token) -> Callable[[], object]:
        return lambda: services.record_visit(
            user=world.worker,
            child=world.child,
            visit_date=date(2020, 3, 26),
            method=Method.FACE_TO_FACE,
            status="completed",
            child_seen=True,
            note="",
            token=token,
            now=NOW,
        )

    @pytest.mark.parametrize("turn", range(4))
    def test_five_make_one_visit_and_all_lead_to_it(self, world, turn):
        token = uuid4()
        outcomes = at_once(*(self.post(world, token) for _ in range(5)))
        visit = Visit.objects.get()
        led = [outcome.outcome for outcome in outcomes if isinstance(outcome, AlreadyDone)]
        assert led == [str(visit.uid)] * 4
        assert AuditEvent.objects.filter(action="visit.recorded").count() == 1

    def test_control_without_one_token_they_make_five(self, world):
        at_once(*(self.post(world, uuid4()) for _ in range(5)))
        assert Visit.objects.count() == 5
