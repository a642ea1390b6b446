"""Partner assurance: what came in, and what it says. Non-response is shown as such. Pure."""

from collections.abc import Iterator

from riskregister.constants import ReviewSection
from riskregister.facts.content import Block, CheckResult, Finding, Row, SectionContent, Text
from riskregister.facts.evidence import Evidence, PartnerFact
from riskregister.review.latest import answers_about, latest_sent
from riskregister.review.sections import parts
from riskregister.review.sections.parts import Marks, row, table
from riskregister.review.sources import Sources
from riskregister.review.words import counted, on_day

_READINGS = {
    "assured": "Assured",
    "partly": "Partly assured",
    "concern": "Of concern",
    "not_known": "Not known",
}
_WORST_FIRST = ("concern", "not_known", "partly", "assured")
_THEMES = (
    ("services", "Services"),
    ("children", "Children"),
    ("workforce", "Workforce"),
    ("ppe", "Protective equipment"),
    ("testing", "Track and trace"),
    ("demand", "Demand"),
    ("restrictions", "Local restrictions"),
)


def build(
    evidence: Evidence, checks: tuple[CheckResult, ...], found: tuple[Finding, ...], sources: Sources
) -> SectionContent:
    marks = Marks(sources, evidence)
    if not evidence.partners:
        return parts.section(ReviewSection.PARTNERS, (), "No partner owed a return in this month.")
    blocks: list[Block] = [
        table(
            "Returns of the month’s cycles",
            ("Partner", "Due #", "Received #", "Late #", "Accepted #", "Meetings attended"),
            (_received(one) for one in evidence.partners),
            source=marks.of(parts.RETURNS),
        ),
        table(
            "What partners say, by theme",
            ("Partner", *(words for _, words in _THEMES)),
            (_grid(one) for one in evidence.partners),
            source=marks.of(parts.RETURNS),
            note="The gravest of a partner’s answers on each theme, in its latest return of the month.",
        ),
        table(
            "Recovery planning",
            ("Partner", "Stage of its plan"),
            (
                row(one.name, one.stage_words, refs=(sent.ref,) if (sent := latest_sent(one)) else ())
                for one in evidence.partners
            ),
            source=marks.of(parts.PLANS),
        ),
        table(
            "Services not at their normal level",
            ("Partner", "Service", "Level", "Since", "Why"),
            _services(evidence),
            source=marks.of(parts.PLANS),
            empty="Every service that partners have registered runs at its normal level.",
        ),
        table(
            "Backlogs",
            ("Partner", "Backlog", "Waiting #", "Came in #", "Went out #", "Forecast"),
            _backlogs(evidence),
            source=marks.of(parts.PLANS),
            empty="No partner has registered a backlog.",
        ),
        table(
            "What plans rely on and nobody has confirmed",
            ("Partner", "Relies on", "For what", "Needed by"),
            (
                row(
                    one.organisation, one.on_organisation, one.what, parts.day(one.needed_by), refs=(one.ref,)
                )
                for one in evidence.dependencies
                if one.state == "asked"
            ),
            source=marks.of(parts.PLANS),
            empty="Every dependency is confirmed or answered.",
        ),
        table(
            "Demand that partners plan for",
            ("Partner", "Foresees an increase", "Scenarios"),
            _scenarios(evidence),
            source=marks.of(parts.RETURNS),
            empty="No partner has answered on demand.",
        ),
        *_meetings(evidence, marks),
    ]
    if evidence.burden_minutes is not None:
        text = (
            f"A return took its partner {counted(evidence.burden_minutes, 'minute')} at the median"
            f" ({counted(evidence.burden_returns, 'return')})."
        )
        blocks.append(Text(text, source=marks.of(parts.RETURNS)))
    return parts.section(ReviewSection.PARTNERS, blocks)


def _received(partner: PartnerFact) -> Row:
    sent = [one for one in partner.returns if one.submitted_at]
    return row(
        partner.name,
        len(partner.returns),
        len(sent),
        sum(1 for one in sent if one.days_late),
        sum(1 for one in sent if one.accepted_at),
        f"{partner.meetings_attended} of {partner.meetings_held}",
        refs=[one.ref for one in partner.returns],
    )


def _grid(partner: PartnerFact) -> Row:
    sent = latest_sent(partner)
    return row(
        partner.name,
        *(_reading(partner, theme) for theme, _ in _THEMES),
        refs=(sent.ref,) if sent else (),
    )


def _reading(partner: PartnerFact, theme: str) -> str:
    if not latest_sent(partner):
        return "Nothing received" if partner.returns else "Not asked"
    readings = {one.reading for one in answers_about(partner, theme)}
    worst = next((code for code in _WORST_FIRST if code in readings), "")
    return _READINGS.get(worst, "No answer")


def _services(evidence: Evidence) -> Iterator[Row]:
    for one in evidence.services:
        planned = f"; planned: {one.planned_level} from {on_day(one.planned_on)}" if one.planned_on else ""
        if one.level != "maintained" or planned:
            yield row(
                one.organisation,
                one.name,
                f"{one.level_words}{planned}",
                on_day(one.since),
                one.reason or "–",
                refs=(one.ref,),
            )


def _backlogs(evidence: Evidence) -> Iterator[Row]:
    for one in evidence.backlogs:
        national = " (national)" if one.national else ""
        counted_yet = one.stock is not None
        yield row(
            one.organisation,
            f"{one.name}{national}",
            one.stock if one.stock is not None else "Not counted",
            one.came_in if counted_yet and one.came_in is not None else "–",
            one.went_out if counted_yet and one.went_out is not None else "–",
            one.forecast or "–",
            refs=(one.ref,),
        )


def _scenarios(evidence: Evidence) -> Iterator[Row]:
    for one in evidence.scenarios:
        foresees = {True: "Yes", False: "No", None: "Not said"}[one.foresees_increase]
        uplifts = ", ".join(f"{uplift}%" for uplift in one.uplifts) or "None named"
        yield row(one.organisation, foresees, uplifts, refs=(one.ref,))


def _meetings(evidence: Evidence, marks: Marks) -> Iterator[Block]:
    if evidence.meetings:
        yield table(
            "Meetings and panels",
            ("Series", "Held", "Attendance", "Paused"),
            (
                row(
                    one.name,
                    f"{one.held} of {one.planned} planned",
                    f"{one.attended} of {one.expected}",
                    f"Since {on_day(one.paused_since)}" if one.paused_since and not one.resumed_on else "No",
                    refs=(one.ref,),
                )
                for one in evidence.meetings
            ),
            source=marks.of(parts.MEETINGS),
        )
    if evidence.training:
        yield table(
            "Training: places asked for against the usual",
            ("Level", "Asked for #", "Usual", "Attended #"),
            (
                row(
                    one.level_words,
                    one.asked_for,
                    f"{one.usual:,}" if one.usual is not None else "Not known",
                    one.attended if one.attended is not None else "Not recorded",
                    refs=(one.ref,),
                )
                for one in evidence.training
            ),
            source=marks.of(parts.TRAINING),
        )
