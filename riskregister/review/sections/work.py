"""Escalations and challenges, actions, decisions. Pure."""

from collections.abc import Iterator

from riskregister.constants import ReviewSection
from riskregister.facts.content import CheckResult, Figures, Finding, Ref, Row, SectionContent
from riskregister.facts.evidence import ActionFact, ChallengeFact, EscalationFact, Evidence
from riskregister.review.sections import parts
from riskregister.review.sections.parts import Marks, row, table
from riskregister.review.sources import Sources
from riskregister.review.words import counted, days_between, on_day, on_moment
from safeguarding.kernel.periods import day_of


def escalations(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.CONCERNS)
    answered = sorted(
        days_between(one.raised_at, one.answered_at) for one in evidence.escalations if one.answered_at
    )
    median = counted(answered[(len(answered) - 1) // 2], "day") if answered else "No answer yet"
    waiting = [
        one for one in evidence.escalations if one.state in ("open", "escalated") and not one.answered_at
    ]
    unanswered = [one for one in evidence.challenges if one.state in ("asked", "reopened")]
    both: tuple[EscalationFact | ChallengeFact, ...] = (*evidence.escalations, *evidence.challenges)
    changed = [one for one in both if one.changed in ("yes", "partly")]
    return parts.section(
        ReviewSection.ESCALATIONS,
        (
            Figures(
                "Escalations and challenges",
                (
                    ("Before the board, unanswered", f"{len(waiting):,}", ""),
                    ("Answered", f"{len(answered):,}", ""),
                    ("From raise to answer, median", median, ""),
                    ("Challenges unanswered", f"{len(unanswered):,}", ""),
                    ("Answers that changed something for children", f"{len(changed):,}", ""),
                ),
                mark,
                tuple(one.ref for one in both if one.ref),
            ),
            table(
                "Escalations",
                ("What", "Partner", "Raised", "Answer", "What changed for children"),
                _escalations(evidence),
                source=mark,
                empty="Nothing has been escalated.",
            ),
            table(
                "Challenges",
                ("Question", "Asked of", "Asked", "Answer", "What changed for children"),
                _challenges(evidence),
                source=mark,
                empty="Nobody has been challenged.",
            ),
            table(
                "Emerging threats",
                ("Threat", "Source", "Raised", "What became of it"),
                (
                    row(
                        one.title,
                        one.source,
                        on_moment(one.raised_at),
                        f"Became {one.risk}" if one.risk else one.state.capitalize(),
                        refs=(one.ref,),
                        restricted=True,
                    )
                    for one in evidence.signals
                    if one.state != "dismissed"
                ),
                source=mark,
                empty="No emerging threat is on record.",
            ),
        ),
    )


_CHANGED = {
    "": "Not asked yet",
    "yes": "Yes, and it can be shown",
    "partly": "Partly",
    "no": "No",
    "too_early": "Cannot be said yet",
}


def _escalations(evidence: Evidence) -> Iterator[Row]:
    today = day_of(evidence.cut_off)
    for one in evidence.escalations:
        if one.state == "declined":
            continue
        if one.answered_at:
            answer = f"Answered after {counted(days_between(one.raised_at, one.answered_at), 'day')}"
        elif one.answer_due_on and one.answer_due_on < today:
            late = counted(days_between(one.answer_due_on, today), "day")
            answer = f"Unanswered, {late} past {on_day(one.answer_due_on)}"
        else:
            answer = f"Due on {parts.day(one.answer_due_on)}" if one.answer_due_on else "Proposed by a rule"
        yield row(
            one.title,
            one.organisation or "The partnership",
            on_moment(one.raised_at),
            answer,
            _CHANGED[one.changed] if one.answered_at else "–",
            refs=(one.ref,),
            restricted=True,
        )


def _challenges(evidence: Evidence) -> Iterator[Row]:
    today = day_of(evidence.cut_off)
    for one in evidence.challenges:
        waiting = one.state in ("asked", "reopened")
        if waiting and one.answer_due_on < today:
            late = counted(days_between(one.answer_due_on, today), "day")
            answer = f"Unanswered, {late} past {on_day(one.answer_due_on)}"
        elif waiting:
            answer = f"Due on {on_day(one.answer_due_on)}"
        else:
            answer = f"Answered on {on_moment(one.answered_at)}" if one.answered_at else "Answered"
        yield row(
            one.question,
            one.asked_of,
            on_moment(one.asked_at),
            answer,
            "–" if waiting else _CHANGED[one.changed],
            refs=(one.ref,),
            restricted=True,
        )


def actions(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.ACTIONS)
    today = day_of(evidence.cut_off)
    opened = [one for one in evidence.actions if one.state == "open"]
    overdue = sorted((one for one in opened if one.due_on < today), key=lambda one: (one.due_on, one.title))
    done = [one for one in evidence.actions if _done_in_month(one, evidence)]
    slips = [one for one in opened if one.slips]
    return parts.section(
        ReviewSection.ACTIONS,
        (
            Figures(
                "Actions",
                (
                    ("Open", f"{len(opened):,}", ""),
                    ("Overdue", f"{len(overdue):,}", ""),
                    ("Done in the month", f"{len(done):,}", "with evidence"),
                    ("Open and moved to a later day", f"{len(slips):,}", ""),
                ),
                mark,
                tuple(one.ref for one in evidence.actions if one.ref and one.state == "open"),
            ),
            table(
                "Overdue",
                ("Action", "Comes from", "Organisation", "Who owns it", "Due", "Days over #"),
                (_overdue(one, evidence) for one in overdue),
                source=mark,
                empty="No action is overdue.",
            ),
            table(
                "Moved to a later day",
                ("Action", "Organisation", "First due", "Now due", "Times moved #", "The last reason"),
                (
                    row(
                        one.title,
                        one.organisation,
                        on_day(one.original_due_on),
                        on_day(one.due_on),
                        one.slips,
                        one.slip_reason,
                        refs=(one.ref,),
                    )
                    for one in slips
                ),
                source=mark,
                empty="No open action has been moved.",
            ),
            table(
                "Done in the month",
                ("Action", "Organisation", "Done", "Verified"),
                (
                    row(
                        one.title,
                        one.organisation,
                        parts.day(one.done_on),
                        "Yes" if one.state == "verified" else "Not yet",
                        refs=(one.ref,),
                    )
                    for one in done
                ),
                source=mark,
                empty="None.",
            ),
        ),
    )


def _overdue(one: ActionFact, evidence: Evidence) -> Row:
    over = days_between(one.due_on, evidence.cut_off)
    # Its label is what the concern is called, which is not for the public.
    source = Ref("concern", str(one.source_uid), one.source_label) if one.source_kind == "concern" else None
    return row(
        one.title,
        one.source_label,
        one.organisation,
        one.owner or "Nobody",
        on_day(one.due_on),
        over,
        refs=(one.ref, source),
    )


def _done_in_month(one: ActionFact, evidence: Evidence) -> bool:
    in_month = one.done_on and evidence.month.first_day <= one.done_on <= evidence.month.last_day
    return one.state in ("done", "verified") and bool(in_month)


def decisions(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    mark = Marks(sources, evidence).of(parts.DECISIONS)
    waiting = [
        one for one in evidence.escalations if one.state in ("open", "escalated") and not one.answered_at
    ]
    taken = [
        one
        for one in evidence.decisions
        if evidence.month.first_day <= one.decided_on <= evidence.month.last_day
    ]
    return parts.section(
        ReviewSection.DECISIONS,
        (
            table(
                "Decisions asked of the board",
                ("What", "Partner", "Answer due"),
                (
                    row(
                        one.title,
                        one.organisation or "The partnership",
                        parts.day(one.answer_due_on),
                        refs=(one.ref,),
                        restricted=True,
                    )
                    for one in waiting
                ),
                source=mark,
                empty="No decision is asked for.",
            ),
            table(
                "Decisions taken in the month",
                ("Decision", "Decided", "Why", "Dissent", "To be looked at again by"),
                (
                    row(
                        one.title + (" (written down afterwards)" if one.retrospective else ""),
                        on_day(one.decided_on),
                        one.reason,
                        one.dissent or "None",
                        on_day(one.look_again_on),
                        refs=(one.ref,),
                    )
                    for one in taken
                ),
                source=mark,
                empty="The board took no decision in this month.",
            ),
        ),
    )
