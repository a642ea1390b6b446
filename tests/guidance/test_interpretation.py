"""Interpretation on record: every state and act, four eyes by rule and by table, what each step keeps."""

from datetime import date, timedelta

import pytest
from django.db import Error, IntegrityError, transaction

from accounts.models import AuditEvent
from guidance import history, signals
from guidance.constants import VersionState
from guidance.models import (
    GuidanceItem,
    GuidanceVersion,
    Interpretation,
    InterpretationEdit,
    ParagraphNote,
    TopicOwner,
    VersionMove,
)
from guidance.selectors import interpretation as selectors
from guidance.services import interpretation as services
from guidance.services.base import OutOfReach
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.guidance.factories import make_item, make_version
from tests.guidance.interpretation_world import (
    NOW,
    PARAGRAPHS,
    World,
    fresh,
    make_world,
    newest,
    version_in,
    written,
)
from tests.people import person

pytestmark = pytest.mark.django_db
S = VersionState
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return make_world()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def act(name: str, of: GuidanceVersion, user, *, version: int | None = None, **other):
    """The act as its page does it: on the version, or on the interpretation in hand."""
    if name in ("submit", "approve", "send_back"):
        row = newest(of)
        if row.pk is None and name == "submit":
            row = written_nothing(of, user)
        given = {"interpretation": row, "expected_version": row.version if version is None else version}
        if name == "send_back":
            given["words"] = "Say what a visit is"
    else:
        given = {"of": of, "expected_version": of.version if version is None else version}
        if name in ("set_aside", "take_up", "take_back"):
            given["reason"] = "It was decided on Monday"
    return getattr(services, name)(**{"user": user, "now": NOW + DAY} | given | other)


def written_nothing(of: GuidanceVersion, user) -> Interpretation:
    return Interpretation.objects.create(of=of, number=1, author=user, created_at=NOW)


ALLOWED = {
    (S.RECEIVED, "assess"): S.ASSESSED,
    (S.RECEIVED, "set_aside"): S.SET_ASIDE,
    (S.SET_ASIDE, "take_up"): S.ASSESSED,
    (S.ASSESSED, "set_aside"): S.SET_ASIDE,
    (S.ASSESSED, "submit"): S.INTERPRETED,
    (S.INTERPRETED, "send_back"): S.ASSESSED,
    (S.INTERPRETED, "approve"): S.APPROVED,
    (S.APPROVED, "take_back"): S.ASSESSED,
    (S.APPROVED, "issue"): S.ISSUED,
}
ACTS = ("assess", "set_aside", "take_up", "submit", "approve", "send_back", "take_back", "issue")


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("state", list(S))
def test_every_act_in_every_state(world, state, name):
    of = version_in(world, state)
    if state in (S.RECEIVED, S.SET_ASIDE):
        # So that it is the state that refuses.
        written_nothing(of, world.author)
    moves = VersionMove.objects.count()
    to = ALLOWED.get((state, name))
    if to is None:
        refused = code_of(act, name, of, world.approver)
        assert refused in ("move_not_allowed", "not_approved")
        assert (fresh(of).state, VersionMove.objects.count()) == (state, moves)
        return
    act(name, of, world.approver)
    last = VersionMove.objects.order_by("pk").last()
    assert (fresh(of).state, last.from_state, last.to_state) == (to, state, to)
    assert (last.by, last.at, VersionMove.objects.count()) == (world.approver, NOW + DAY, moves + 1)
    kept = history.story("version", of.uid)[-1]
    assert (kept.fields["state"], kept.at, kept.by) == (to, NOW + DAY, world.approver.name)
    assert AuditEvent.objects.order_by("pk").last().object_uid == of.uid


@pytest.mark.parametrize("state", list(S))
def test_it_is_written_only_while_it_is_interpreted(world, state):
    of = version_in(world, state)
    if state == S.ASSESSED:
        assert written(world, of, meaning="Anew").meaning == "Anew"
    else:
        assert code_of(written, world, of) == "not_in_draft"


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", ["auditor", "manager", "worker", "partner", "board", "administrator"])
def test_only_who_keeps_the_register_acts(world, role, name):
    state = next(state for (state, one) in ALLOWED if one == name)
    of = version_in(world, state)
    with pytest.raises(OutOfReach):
        act(name, of, getattr(world, role))
    assert fresh(of).state == state


@pytest.mark.parametrize("role", ["auditor", "manager", "worker", "partner", "board", "administrator"])
def test_only_who_keeps_the_register_writes(world, role):
    of = version_in(world, S.ASSESSED)
    with pytest.raises(OutOfReach):
        written(world, of, getattr(world, role))


@pytest.mark.parametrize(("state", "name"), ALLOWED)
def test_who_saw_an_older_version_is_told(world, state, name):
    of = version_in(world, state)
    if name == "submit":
        written(world, of, meaning="Anew")
    with pytest.raises(StaleEdit):
        act(name, of, world.approver, version=1 if name not in ("assess", "set_aside") else 99)
    assert fresh(of).state == state


@pytest.mark.parametrize("name", ["set_aside", "take_up", "take_back"])
def test_a_reason_is_asked_for(world, name):
    of = version_in(world, next(state for (state, one) in ALLOWED if one == name))
    assert code_of(act, name, of, world.approver, reason="  ") == "text_missing"


class TestDrafts:
    def test_who_wrote_what_is_kept(self, world):
        of = version_in(world, S.ASSESSED)
        draft = written(world, of, world.approver, meaning="Each week.", notes={3: ("", "Only if asked")})
        assert (draft.author, draft.version) == (world.author, 2)
        first, second = InterpretationEdit.objects.order_by("pk")
        assert (first.by, first.fields["notes"]) == (world.author, {"1": ["must", "Each family, each week."]})
        assert (second.by, second.fields["meaning"]) == (world.approver, "Each week.")
        assert [(one.paragraph.position, one.text) for one in draft.notes.all()] == [(3, "Only if asked")]

    def test_a_draft_may_be_unfinished_and_what_is_put_forward_may_not(self, world):
        of = version_in(world, S.ASSESSED)
        draft = written(world, of, to_do="")
        assert code_of(act, "submit", of, world.author) == "text_missing"
        assert fresh(draft).state == "draft"

    def test_of_two_drafts_from_the_same_start_the_second_is_stale(self, world):
        of = services.assess(
            user=world.author, of=make_version(make_item()), expected_version=1, now=NOW
        )  # fmt: skip
        written(world, of, notes={})
        with pytest.raises(StaleEdit):
            written(world, of, world.approver, expected_version=0, notes={})
        assert Interpretation.objects.get().author == world.author

    def test_a_paragraph_that_is_not_there_is_refused(self, world):
        of = version_in(world, S.ASSESSED)
        assert code_of(written, world, of, notes={len(PARAGRAPHS) + 1: ("", "x")}) == "unknown_paragraph"
        # What was there before is still there.
        assert ParagraphNote.objects.get().text == "Each family, each week."

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"valid_until": TODAY}, "valid_until_past"),
            ({"notes": {1: ("perhaps", "x")}}, "unknown_force"),
            ({"meaning": "x" * 4001}, "text_too_long"),
            ({"to_do": "bell \x07"}, "odd_characters"),
            ({"meaning": "The girl born on 3 May 2012."}, "looks_personal"),
            ({"notes": {2: ("", "HCT-040001")}}, "looks_personal"),
        ],
    )
    def test_what_is_refused(self, world, given, code):
        of = version_in(world, S.ASSESSED)
        assert code_of(written, world, of, **given) == code
        assert Interpretation.objects.get().version == 1

    def test_who_stands_by_a_text_is_kept_with_it(self, world):
        of = version_in(world, S.ASSESSED)
        written(world, of, meaning="Form HCT-040001 is used.", names_no_child=True)
        assert InterpretationEdit.objects.last().fields["stood_by"] == ["a child’s reference"]

    def test_what_has_passed_is_not_put_forward(self, world):
        of = version_in(world, S.ASSESSED)
        written(world, of, valid_until=TODAY + DAY)
        assert code_of(act, "submit", of, world.author) == "valid_until_past"

    def test_after_it_is_sent_back_the_next_draft_is_another(self, world):
        of = version_in(world, S.INTERPRETED)
        act("send_back", of, world.approver)
        sent_back = Interpretation.objects.get()
        assert (sent_back.state, sent_back.decision_words) == ("sent_back", "Say what a visit is")
        draft = written(world, fresh(of), meaning="A visit is seeing the child.")
        assert (draft.number, draft.state) == (2, "draft")
        assert fresh(sent_back).meaning == "We visit each week."


class TestRounds:
    """A form that was opened on an earlier round is stale in the next, whatever was done there."""

    @pytest.fixture
    def second(self, world):
        """The version and its second round, put forward; and the version numbers that the first one had."""
        of = version_in(world, S.INTERPRETED)
        first = Interpretation.objects.get()
        act("send_back", of, world.approver)
        written(world, fresh(of), meaning="Visits are not needed at all.")
        act("submit", fresh(of), world.author)
        return of, Interpretation.objects.get(number=2), range(1, first.version + 1)

    def test_nobody_approves_what_they_have_not_read(self, world, second):
        of, row, before = second
        for expected in before:
            with pytest.raises(StaleEdit):
                services.approve(user=world.approver, interpretation=row, expected_version=expected, now=NOW)
        assert fresh(of).state == S.INTERPRETED

    def test_nobody_writes_over_what_they_have_not_read(self, world, second):
        of, _, before = second
        act("send_back", of, world.approver)
        draft = written(world, fresh(of), world.approver, meaning="Ours.")
        for expected in before:
            with pytest.raises(StaleEdit):
                written(world, fresh(of), expected_version=expected, meaning="Theirs.")
        assert fresh(draft).meaning == "Ours."


class TestFourEyes:
    def test_not_the_author(self, world):
        of = version_in(world, S.INTERPRETED)
        for name in ("approve", "send_back"):
            assert code_of(act, name, of, world.author) == "four_eyes"

    def test_not_who_put_it_forward(self, world):
        of = version_in(world, S.ASSESSED)
        act("submit", of, world.approver)
        assert code_of(act, "approve", fresh(of), world.approver) == "four_eyes"

    def test_not_who_wrote_in_it(self, world):
        of = version_in(world, S.ASSESSED)
        written(world, of, world.approver)
        act("submit", of, world.author)
        assert code_of(act, "approve", fresh(of), world.approver) == "four_eyes"
        act("approve", fresh(of), person("CO", name="Third"))
        assert fresh(of).state == S.APPROVED

    def test_not_whose_words_another_puts_forward_again(self, world):
        of = version_in(world, S.INTERPRETED)
        act("send_back", of, world.approver)
        written(world, fresh(of), world.approver)
        act("submit", fresh(of), world.approver)
        assert code_of(act, "approve", fresh(of), world.author) == "four_eyes"

    @pytest.mark.parametrize(
        "changed", ["We visit, each week!", "We will visit each week.", "we visit each week"]
    )
    def test_not_whose_words_another_has_touched_up(self, world, changed):
        of = version_in(world, S.INTERPRETED)
        act("send_back", of, world.approver)
        written(world, fresh(of), world.approver, meaning=changed)
        act("submit", fresh(of), world.approver)
        assert code_of(act, "approve", fresh(of), world.author) == "four_eyes"
        act("approve", fresh(of), person("CO", name="Third"))
        assert fresh(of).state == S.APPROVED

    def test_but_who_wrote_what_another_wrote_anew(self, world):
        of = version_in(world, S.INTERPRETED)
        act("send_back", of, world.approver)
        written(world, fresh(of), world.approver, meaning="A visit is seeing the child.")
        act("submit", fresh(of), world.approver)
        act("approve", fresh(of), world.author)
        assert fresh(of).state == S.APPROVED

    @pytest.mark.parametrize("who", ["author", "submitter"])
    def test_the_table_refuses_it_too(self, world, who):
        of = version_in(world, S.ASSESSED)
        act("submit", of, world.approver)
        user = world.author if who == "author" else world.approver
        with pytest.raises(IntegrityError), transaction.atomic():
            Interpretation.objects.update(state="approved", decided_at=NOW, decided_by=user)


class TestApprovedAndIssued:
    def test_an_approval_is_taken_back_and_approved_again(self, world):
        of = version_in(world, S.APPROVED)
        act("take_back", of, world.author)
        taken = Interpretation.objects.get()
        assert (taken.state, taken.decided_by) == ("sent_back", world.approver)
        assert VersionMove.objects.last().reason == "It was decided on Monday"
        written(world, fresh(of), meaning="Anew.")
        act("submit", fresh(of), world.author)
        act("approve", fresh(of), world.approver)
        act("issue", fresh(of), world.author)
        assert selectors.issued_interpretation(of).meaning == "Anew."

    def test_issue_says_when_it_is_to_be_acknowledged_and_tells_it(
        self, world, django_capture_on_commit_callbacks
    ):
        told = []
        signals.issued.connect(
            lambda sender, version_uid, **_: told.append(version_uid), weak=False, dispatch_uid="t"
        )
        try:
            of = version_in(world, S.APPROVED)
            with django_capture_on_commit_callbacks(execute=True):
                act("issue", of, world.author)
        finally:
            signals.issued.disconnect(dispatch_uid="t")
        of = fresh(of)
        # Five working days from Tuesday 7 April 2020; Good Friday and Easter Monday are none.
        assert (of.issued_at, of.issued_by, of.acknowledge_by) == (NOW + DAY, world.author, date(2020, 4, 16))
        assert told == [of.uid]
        assert "Ring the family on Monday." in GuidanceItem.objects.get().search_text

    def test_nothing_is_issued_without_an_approved_interpretation(self, world):
        """Also where the version says that it is approved and nothing stands behind it."""
        of = version_in(world, S.INTERPRETED)
        GuidanceVersion.objects.update(state=S.APPROVED)
        assert code_of(act, "issue", fresh(of), world.approver) == "not_approved"

    def test_an_older_version_is_not_issued_after_a_newer_one(self, world):
        item = make_item()
        older = version_in(world, S.APPROVED, item=item)
        version_in(world, S.ISSUED, item=item, number=2)
        assert code_of(act, "issue", fresh(older), world.approver) == "later_issued"

    @pytest.mark.parametrize(("days", "code"), [(3, "no_longer_valid"), (4, "")])
    def test_what_was_to_be_looked_at_again_by_now_is_not_issued(self, world, days, code):
        of = version_in(world, S.ASSESSED)
        written(world, of, valid_until=TODAY + days * DAY)
        act("submit", of, world.author)
        act("approve", fresh(of), world.approver)
        issued = lambda: act("issue", fresh(of), world.approver, now=NOW + 3 * DAY)  # noqa: E731
        assert code_of(issued) == code if code else issued().state == S.ISSUED

    @pytest.mark.parametrize("state", [S.APPROVED, S.ISSUED])
    @pytest.mark.parametrize(
        "change",
        [
            {"meaning": "Other"},
            {"to_do": "Other"},
            {"is_public": False},
            {"state": "draft"},
            {"decision_words": "x"},
        ],
    )
    def test_the_table_keeps_what_was_approved(self, world, state, change):
        version_in(world, state)
        with pytest.raises(Error), transaction.atomic():
            Interpretation.objects.update(**change)

    def test_the_table_lets_no_approval_be_taken_back_once_issued(self, world):
        version_in(world, S.ISSUED)
        with pytest.raises(Error), transaction.atomic():
            Interpretation.objects.update(state="sent_back", decision_words="x")

    def test_the_table_keeps_the_notes_of_what_was_approved(self, world):
        version_in(world, S.APPROVED)
        with pytest.raises(Error), transaction.atomic():
            ParagraphNote.objects.update(text="Other")
        with pytest.raises(Error), transaction.atomic():
            ParagraphNote.objects.all().delete()


class TestTopicOwners:
    def set(self, world, owner, *, topic="ppe", day=TODAY, user=None):
        return services.set_topic_owner(
            user=user or world.author, topic=topic, owner=owner, from_date=day, now=NOW
        )

    def test_from_a_day_on(self, world):
        self.set(world, world.author)
        self.set(world, world.approver, day=TODAY + 7 * DAY)
        assert selectors.topic_owners(TODAY - DAY) == {}
        assert selectors.topic_owners(TODAY) == {"ppe": world.author}
        assert selectors.topic_owners(TODAY + 7 * DAY) == {"ppe": world.approver}

    def test_nobody_from_a_day_on(self, world):
        self.set(world, world.author)
        assert self.set(world, None, day=TODAY + DAY) is None
        assert selectors.topic_owners(TODAY + DAY) == {}

    def test_another_for_the_same_day(self, world):
        self.set(world, world.author)
        self.set(world, world.approver)
        assert [row.user for row in TopicOwner.objects.all()] == [world.approver]

    def test_who_left_owns_nothing(self, world):
        self.set(world, world.approver)
        world.approver.is_active = False
        world.approver.save()
        assert selectors.topic_owners(TODAY) == {}

    @pytest.mark.parametrize(
        ("given", "code"),
        [({"topic": "cooking"}, "unknown_topic"), ({"day": TODAY - DAY}, "owner_before")],
    )
    def test_what_is_refused(self, world, given, code):
        self.set(world, world.author)
        assert code_of(self.set, world, world.approver, **given) == code

    def test_only_who_keeps_the_register_owns_and_sets(self, world):
        assert code_of(self.set, world, world.partner) == "unknown_owner"
        with pytest.raises(OutOfReach):
            self.set(world, world.author, user=world.auditor)

    def test_as_it_is_already(self, world):
        self.set(world, world.author)
        assert code_of(self.set, world, world.author) == "owner_unchanged"
        assert code_of(self.set, world, None, topic="send") == "owner_unchanged"
