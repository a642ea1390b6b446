"""Key findings: sentences that are worked out, each with the rows it rests on. Pure.

The first six are those of the Staffordshire and Stoke-on-Trent paper of 1 September 2020, paragraph 19.
"""

from collections.abc import Callable
from string import ascii_lowercase

from riskregister.facts.content import Finding, Ref
from riskregister.facts.evidence import Evidence, PartnerFact, RiskFact
from riskregister.review.checks.base import refs
from riskregister.review.checks.guidance import ref_of
from riskregister.review.comparators import before_the_pandemic, of_month
from riskregister.review.latest import PLAN_TO_REDUCE, answer_to, answers_about, latest_sent
from riskregister.review.words import PLAN_TYPE_WORDS, counted, listed, lowered, on_day
from safeguarding.kernel.periods import day_of

_BELOW_NORMAL = ("reduced", "paused")
# Readings of answers that say how things stand.
_KNOWN = {"assured", "partly", "concern"}


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Lettered a, b, c … in a fixed order; one that cannot be said is not there."""
    said = [one for find in _FINDINGS if (one := find(evidence))]
    return tuple(
        Finding(code, ascii_lowercase[place], text, rows, concern)
        for place, (code, text, rows, concern) in enumerate(said)
    )


_Said = tuple[str, str, tuple[Ref, ...], bool] | None


def recovery_planning(evidence: Evidence) -> _Said:
    if not evidence.partners:
        return None
    rows = tuple(
        Ref("plan", str(one.plan_uid), f"{one.name}: plan")
        if one.plan_uid
        else Ref("organisation", str(one.uid), one.name)
        for one in evidence.partners
    )
    outside = [one.name for one in evidence.partners if not one.in_recovery_planning]
    if not outside:
        return "recovery_planning", "All partners are into recovery planning.", rows, False
    inside = len(evidence.partners) - len(outside)
    everyone = counted(len(evidence.partners), "partner")
    text = f"{inside} of {everyone} are into recovery planning; not {listed(outside)}."
    return "recovery_planning", text, rows, True


def backlogs(evidence: Evidence) -> _Said:
    standing = [one for one in evidence.backlogs if one.stock]
    if not standing:
        return None
    rows = refs(*(one.ref for one in standing))
    national = [one for one in standing if one.national]
    local = [one for one in standing if not one.national]
    text = "There are backlogs which will impact on recovery: "
    text += listed([f"{lowered(one.name)} ({one.stock:,} {one.unit})" for one in standing]) + "."
    if national:
        names = listed([lowered(one.kind_words) for one in national])
        text += f" Of {names} this is a national issue, which partners here cannot resolve alone."
    growing = [one for one in standing if one.growing]
    if growing:
        text += f" Growing: {listed([lowered(one.name) for one in growing])}."
    if local and not national:
        text += " None of them is national."
    return "backlogs", text, rows, True


def demand(evidence: Evidence) -> _Said:
    if not evidence.scenarios:
        return None
    foresee = [one for one in evidence.scenarios if one.foresees_increase]
    planned = [one for one in evidence.scenarios if one.uplifts]
    without = [one.organisation for one in evidence.scenarios if not one.uplifts]
    everyone = len(evidence.scenarios)
    answering = "" if everyone >= len(evidence.partners) else " that answered"
    if len(foresee) == everyone:
        text = f"All partners{answering} foresee an increase in demand"
    else:
        text = f"{len(foresee)} of {counted(everyone, 'partner')}{answering} foresee an increase in demand"
    if without:
        text += ", but there is a lack of consistency about what to plan for: "
        if planned:
            text += "; ".join(
                f"{one.organisation} plans for {counted(len(one.uplifts), 'scenario')}"
                f" ({listed([f'{uplift}%' for uplift in one.uplifts])})"
                for one in planned
            )
        else:
            text += "nobody plans for a scenario"
        text += f". Without a scenario: {listed(without)}."
    else:
        text += ", and each plans for at least one scenario of the set."
    return "demand", text, refs(*(one.ref for one in evidence.scenarios)), bool(without)


def service_reductions(evidence: Evidence) -> _Said:
    if not evidence.partners:
        return None
    planned = [one for one in evidence.services if one.planned_level in _BELOW_NORMAL]
    saying = [
        partner
        for partner in evidence.partners
        if (answer := answer_to(partner, PLAN_TO_REDUCE)) and answer.reading in ("partly", "concern")
    ]
    if not planned and not saying:
        registered = {one.organisation for one in evidence.services}
        silent = [
            one.name
            for one in evidence.partners
            if not _said_something(one, PLAN_TO_REDUCE) and one.name not in registered
        ]
        if len(silent) == len(evidence.partners):
            return None
        rows = refs(*(one.ref for one in evidence.services), *_latest_refs(evidence.partners))
        text = (
            "No partner has plans to stop or reduce services in response to an increase in demand or to local"
            " lockdowns."
        )
        if silent:
            text += f" Nothing was said by {listed(silent)}."
        return "service_reductions", text, rows, False
    parts = [
        f"{one.organisation} ({one.name}, from {on_day(one.planned_on)})"
        if one.planned_on
        else one.organisation
        for one in planned
    ]
    parts += [partner.name for partner in saying if partner.name not in {one.organisation for one in planned}]
    rows = refs(*(one.ref for one in planned), *_latest_refs(saying))
    text = f"{counted(len(parts), 'plan')} to stop or reduce services: {listed(parts)}."
    return "service_reductions", text, rows, True


def _said_something(partner: PartnerFact, question: str) -> bool:
    answer = answer_to(partner, question)
    return bool(answer and not answer.non_answer)


def protective_equipment(evidence: Evidence) -> _Said:
    return _theme(
        evidence,
        "ppe",
        "ppe",
        "Access to personal protective equipment (PPE) is of concern to {partners}.",
        "Access to personal protective equipment (PPE) is of concern to no partner that answered.",
    )


def track_and_trace(evidence: Evidence) -> _Said:
    return _theme(
        evidence,
        "track_and_trace",
        "testing",
        "The implementation of track and trace is presenting an additional pressure for recovery, in"
        " particular for {partners}.",
        "Track and trace puts no partner that answered under pressure.",
    )


def _theme(evidence: Evidence, code: str, theme: str, of_some: str, of_none: str) -> _Said:
    answering = [one for one in evidence.partners if _readings(one, theme) & _KNOWN]
    if not answering:
        return None
    # Who does not know has not said that all is well.
    unsure = [one for one in evidence.partners if _readings(one, theme) == {"not_known"}]
    said_unsure = f" Not known to {listed([one.name for one in unsure])}." if unsure else ""
    pressed = [
        one
        for one in answering
        if any(answer.reading in ("partly", "concern") for answer in answers_about(one, theme))
    ]
    if not pressed:
        return code, of_none + said_unsure, _latest_refs([*answering, *unsure]), bool(unsure)
    names = listed([one.name for one in pressed])
    if len(pressed) == len(answering) > 1:
        partners = f"all {counted(len(answering), 'partner')} that answered"
    else:
        partners = f"some partners: {len(pressed)} of {len(answering)} that answered ({names})"
    text = of_some.format(partners=partners) + said_unsure
    return code, text, _latest_refs([*pressed, *unsure]), True


def _readings(partner: PartnerFact, theme: str) -> set[str]:
    return {answer.reading for answer in answers_about(partner, theme)}


def returns_received(evidence: Evidence) -> _Said:
    owed = [one for partner in evidence.partners for one in partner.returns]
    if not owed:
        return None
    missing = [
        (partner, one) for partner in evidence.partners for one in partner.returns if not one.submitted_at
    ]
    if not missing:
        text = f"All {counted(len(owed), 'return')} that were due were received."
        return "returns_received", text, refs(*(one.ref for one in owed)), False
    names = listed([f"{partner.name} (cycle {one.cycle_number})" for partner, one in missing])
    text = f"{len(missing)} of {counted(len(owed), 'return')} that were due were not received: {names}."
    return "returns_received", text, refs(*(one.ref for _, one in missing)), True


def guidance(evidence: Evidence) -> _Said:
    """Paragraph 7 of that paper: all required local interpretation "prior to being communicated"."""
    counts = evidence.guidance_in_all
    if not counts.received:
        return None
    was = "was" if counts.issued == 1 else "were"
    late = [one for one in evidence.guidance if one.overdue(day_of(evidence.cut_off))]
    text = (
        f"{counted(counts.received, 'piece')} of new, additional and amended guidance came to the register;"
        f" {counts.issued:,} {was} communicated, each after an interpretation that another person approved."
    )
    if not late:
        return "guidance", text, (Ref("guidance_list", "", "Register of guidance"),), False
    text += f" Not issued by its date: {counted(len(late), 'piece')}."
    return "guidance", text, tuple(ref_of(one) for one in late), True


def visiting(evidence: Evidence) -> _Said:
    """The claim of the Sandwell Children's Trust paper, against each March before the pandemic."""
    below: list[str] = []
    held: list[str] = []
    rows: list[Ref | None] = []
    for now in of_month(evidence):
        compared = [one for one in before_the_pandemic(evidence, now.plan_type) if one.total_rate is not None]
        if now.total_rate is None or not compared:
            continue
        rows += [now.ref, *(one.ref for one in compared)]
        words = PLAN_TYPE_WORDS.get(now.plan_type, now.plan_type)
        short = [one for one in compared if one.total_rate is not None and now.total_rate < one.total_rate]
        if short:
            against = listed([f"{one.total_rate}% in {one.month.name}" for one in short])
            below.append(f"{words} {now.total_rate}% (against {against})")
        else:
            held.append(f"{words} {now.total_rate}%")
    if not below and not held:
        return None
    name = evidence.month.name
    if not below:
        text = (
            f"In {name} children were seen in time at least at the rate before the pandemic: {listed(held)}."
        )
        return "visiting", text, refs(*rows), False
    text = f"In {name} children were seen in time below the rate before the pandemic for {'; '.join(below)}."
    if held:
        text += f" At least at that rate: {listed(held)}."
    return "visiting", text, refs(*rows), True


def largest_movement(evidence: Evidence) -> _Said:
    moved = [
        (abs(step), risk.label, risk, step)
        for risk in evidence.risks
        if (step := _step(risk, evidence)) and risk.organisation == ""
    ]
    if not moved:
        if evidence.previous_month is None:
            return None
        return "largest_movement", "No partnership risk has moved since the last board.", (), False
    moved.sort(key=lambda one: (-one[0], one[1]))
    _, _, risk, step = moved[0]
    way = "up" if step > 0 else "down"
    current = risk.current
    if current is None:
        return None
    text = (
        f"The largest movement is {risk.label} {risk.title}, {way} from {current.score - step} to"
        f" {current.score}: {current.reason.rstrip('.')}."
    )
    rows = refs(risk.ref, Ref("rating", str(current.uid), f"{risk.label}, {on_day(current.dated_on)}"))
    return "largest_movement", text, rows, step > 0


def _step(risk: RiskFact, evidence: Evidence) -> int:
    before = evidence.previous_ratings.get(str(risk.uid))
    if not before or not before["score"] or risk.state != "open" or not risk.current:
        return 0
    return risk.current.score - int(before["score"])


def _latest_refs(partners: tuple[PartnerFact, ...] | list[PartnerFact]) -> tuple[Ref, ...]:
    return refs(*(sent.ref for one in partners if (sent := latest_sent(one))))


_FINDINGS: tuple[Callable[[Evidence], _Said], ...] = (
    recovery_planning,
    backlogs,
    demand,
    service_reductions,
    protective_equipment,
    track_and_trace,
    returns_received,
    guidance,
    visiting,
    largest_movement,
)
