"""Returns, read: drafts for their own organisation, and what was submitted as it was sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from partners.constants import ANSWERS_FOR, CycleState, Duty, ReturnState
from partners.facts.questions import Answers, GivenAnswer, QuestionSetFact, SubmittedReturn
from partners.facts.waiting import Waiting
from partners.models import Answer, Cycle, Organisation, Representative, Return, Submission
from partners.querysets import answered_for_by, holds_on
from partners.rules.cycles import due_at
from partners.rules.texts import in_words
from partners.selectors.questions import question_set_fact
from safeguarding.kernel.periods import day_of


def given_answers(return_: Return) -> Answers:
    """What the draft says so far, by question code. For its own organisation only."""
    return {row.question.code: given(row) for row in return_.answers.select_related("question")}


def given(row: Answer) -> GivenAnswer:
    return GivenAnswer(
        value=row.value,
        non_answer=row.non_answer,
        non_answer_reason=row.non_answer_reason,
        comment=row.comment,
        same_since_cycle=row.same_since_cycle,
    )


def last_submission(
    organisation: Organisation, before_cycle: Cycle, question_set_code: str
) -> SubmittedReturn | None:
    """The latest submission of the latest earlier cycle on any version of that question set."""
    return next(iter(last_submissions(organisation, before_cycle, question_set_code, 1)), None)


def last_submissions(
    organisation: Organisation, before_cycle: Cycle, question_set_code: str, count: int
) -> list[SubmittedReturn]:
    """Of so many earlier cycles, the latest first, each one's latest submission."""
    returns = Return.objects.filter(
        organisation=organisation,
        cycle__number__lt=before_cycle.number,
        question_set__code=question_set_code,
        submitted_at__isnull=False,
    )
    keys = list(returns.order_by("-cycle__number").values_list("pk", flat=True)[:count])
    rows = _submissions().filter(of_return__in=keys).order_by("number")
    latest = {row.of_return_id: row for row in rows}
    return _facts(latest[key] for key in keys if key in latest)


def submission_of(return_: Return, at: datetime | None = None) -> SubmittedReturn | None:
    """The return as it was last sent (by `at`); None where it had not been sent."""
    rows = _submissions().filter(of_return=return_)
    if at is not None:
        rows = rows.filter(submitted_at__lte=at)
    row = rows.order_by("-number").first()
    return _facts([row])[0] if row else None


def submission_before(return_: Return) -> SubmittedReturn | None:
    """The sending before the latest one of the same return; None where it was sent once."""
    rows = list(_submissions().filter(of_return=return_).order_by("-number")[1:2])
    return _facts(rows)[0] if rows else None


def submissions_at(cycle: Cycle, at: datetime) -> list[SubmittedReturn]:
    """The latest submission by `at` of each return of the cycle, by organisation. Queries: one for the
    submissions, two for each question set."""
    rows = _submissions().filter(of_return__cycle=cycle, submitted_at__lte=at)
    latest = {row.of_return_id: row for row in rows.order_by("of_return__organisation__name", "number")}
    return _facts(latest.values())


def _submissions() -> QuerySet[Submission]:
    return Submission.objects.select_related(
        "of_return__organisation", "of_return__cycle", "of_return__question_set"
    )


def _facts(rows: Iterable[Submission]) -> list[SubmittedReturn]:
    sets: dict[int, QuestionSetFact] = {}
    found = []
    for row in rows:
        question_set = row.of_return.question_set
        if question_set.pk not in sets:
            sets[question_set.pk] = question_set_fact(question_set)
        found.append(submitted_fact(row, sets[question_set.pk]))
    return found


def submitted_fact(row: Submission, question_set: QuestionSetFact) -> SubmittedReturn:
    of = row.of_return
    return SubmittedReturn(
        return_uid=of.uid,
        organisation=of.organisation.name,
        organisation_uid=of.organisation.uid,
        cycle_number=of.cycle.number,
        question_set=question_set,
        answers={code: GivenAnswer(**said) for code, said in _kept(row.answers).items()},
    )


def kept_answers(row: Submission, codes: Iterable[str]) -> dict[str, GivenAnswer]:
    """What a submission says to these questions; one that it says nothing to is left out."""
    kept = {code: row.answers[code] for code in codes if code in row.answers}
    return {code: GivenAnswer(**said) for code, said in _kept(kept).items()}


def _kept(answers: dict[str, Any]) -> dict[str, Any]:
    """Of each answer the parts that a fact has: an old submission may hold more, or less."""
    names = GivenAnswer.__dataclass_fields__
    return {
        code: {name: part for name, part in said.items() if name in names} for code, said in answers.items()
    }


def duty_of(user: User, organisation: Organisation, at: datetime) -> str:
    """What `user` does for the organisation's returns (a code of Duty); "": nothing."""
    if not Organisation.objects.answered_for_by(user, at=at).filter(pk=organisation.pk).exists():
        return ""
    rows = Representative.objects.filter(
        holds_on(day_of(at)), user=user, organisation=organisation, duty__in=ANSWERS_FOR
    )
    duties = set(rows.values_list("duty", flat=True))
    return next((duty for duty in ANSWERS_FOR if duty in duties), "")


def senders_of(organisation: Organisation, at: datetime) -> list[User]:
    """Those who may send the organisation's returns, the lead first."""
    rows = Representative.objects.filter(
        holds_on(day_of(at)), organisation=organisation, duty__in=(Duty.LEAD, Duty.DEPUTY)
    )
    found = rows.filter(user__is_active=True).select_related("user")
    return [row.user for row in sorted(found, key=lambda row: (row.duty != Duty.LEAD, row.user.name))]


def still_open(at: datetime) -> Q:
    """Returns that may be filled and sent: `partners.rules.cycles.open_for` as a filter."""
    return ~Q(cycle__state=CycleState.CLOSED) | Q(extended_until__gt=at)


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Of a partner: each return that is owed or was sent back; of a coordinator: how many to look at."""
    lines = []
    owed = Return.objects.own_of(user, at=at).filter(
        still_open(at),
        state__in=(ReturnState.NOT_STARTED, ReturnState.STARTED, ReturnState.SENT_BACK),
    )
    for row in owed.select_related("cycle", "organisation").order_by("cycle__due_at", "organisation__name"):
        due = due_at(row.cycle, row)
        name = f"return of {row.organisation.name} for cycle {row.cycle.number}"
        words = (
            f"1 {name} was sent back to you: see why, and send it again"
            if row.state == ReturnState.SENT_BACK
            else f"1 {name}, {'was ' if due < at else ''}due {in_words(day_of(due))}"
        )
        lines.append(Waiting(1, words, "return", (str(row.uid),), overdue=due < at))
    if allows(user.roles, Action.DECIDE, Thing.RETURN):
        count = to_look_at(user, at).count()
        if count:
            words = f"{count} {'return is' if count == 1 else 'returns are'} to be looked at"
            lines.append(Waiting(count, words, "returns_to_look_at"))
    return lines


def to_look_at(user: User, at: datetime) -> QuerySet[Return]:
    """Returns that were sent and that nobody has accepted or sent back, without one's own organisation's;
    the longest waiting first."""
    rows = Return.objects.visible_to(user, at=at).filter(state=ReturnState.SUBMITTED)
    return rows.exclude(organisation__in=answered_for_by(user, day_of(at))).order_by("submitted_at")
