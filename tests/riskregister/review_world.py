"""Evidence of a review for tests: small, whole, and each fact with only what the test says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from riskregister.facts import evidence as facts
from riskregister.facts.content import Ref
from riskregister.rules.ratings import band_of
from riskregister.rules.reviews import cut_off
from safeguarding.kernel.periods import Month

JUNE = Month.parse("2020-06")
CUT_OFF = cut_off(JUNE)
DAY = timedelta(days=1)
# The last day of June in London.
LAST = date(2020, 6, 30)
MATRIX = facts.MatrixFact(
    1,
    ("Rare", "Unlikely", "Possible", "Likely", "Almost certain"),
    ("Negligible", "Minor", "Moderate", "Major", "Severe"),
    (
        facts.BandFact("green", 1, 3, "Low"),
        facts.BandFact("yellow", 4, 7, "Moderate"),
        facts.BandFact("amber", 8, 14, "High"),
        facts.BandFact("red", 15, 25, "Very high"),
    ),
)
_HOUSE = UUID("00000000-0000-4000-8000-000000000000")


def uid(name: str) -> UUID:
    """The same name, the same uid."""
    return uuid5(_HOUSE, name)


def ref(kind: str, name: str) -> Ref:
    return Ref(kind, str(uid(name)), name)


def evidence(**fields: Any) -> facts.Evidence:
    """Of June 2020; of every function of Working Together a risk is asked for only where a test says."""
    return facts.Evidence(**{"month": JUNE, "cut_off": CUT_OFF, "since": None, "matrix": MATRIX, **fields})


def rating(
    likelihood: int = 3, impact: int = 4, *, kind: str = "current", name: str = "rating", **fields: Any
) -> facts.RatingFact:
    values = {
        "uid": uid(f"{name} {kind} {likelihood} {impact}"),
        "band": band_of(MATRIX, likelihood, impact).band,
        "words": "High",
        "reason": "Schools closed",
        "confidence": "medium",
        "dated_on": LAST - 10 * DAY,
        "recorded_at": CUT_OFF - 10 * DAY,
        **fields,
    }
    return facts.RatingFact(kind=kind, likelihood=likelihood, impact=impact, **values)


def risk(
    number: int = 1, likelihood: int | None = 3, impact: int = 4, *, title: str = "", **fields: Any
) -> facts.RiskFact:
    """Open, of the partnership, with a current rating, a control shown to work, an owner and an action."""
    label = f"R-{number:03d}"
    current = rating(likelihood, impact, name=label) if likelihood else None
    ratings = fields.pop("ratings", {})
    values: dict[str, Any] = {
        "uid": uid(label),
        "label": label,
        "title": title or "Children are not seen",
        "cause": "Schools are closed",
        "event": "Harm is not noticed",
        "consequence": "Children are hurt for longer",
        "theme": "sight",
        "theme_words": "Sight of children",
        "functions": ("a", "b", "c", "d", "e", "f"),
        "organisation": "",
        "organisation_uid": None,
        "owner": "Ada Lovelace",
        "response": "treat",
        "state": "open",
        "restricted": False,
        "opened_at": CUT_OFF - 60 * DAY,
        "closed_at": None,
        "closed_reason": "",
        "ratings": {**({"current": current} if current else {}), **ratings},
        "history": (current,) if current else (),
        "controls": (control(),),
        "open_actions": 1,
        "rollup": "worst",
        "review_due_on": LAST + 10 * DAY,
        "ref": ref("risk", label),
    }
    return facts.RiskFact(**{**values, **fields})


def control(**fields: Any) -> facts.ControlFact:
    values = {
        "uid": uid("control"),
        "text": "Weekly calls",
        "organisation": "Council",
        "state": "in_place",
        "assurance": "shown",
        "proof_on": LAST - 20 * DAY,
    }
    return facts.ControlFact(**{**values, **fields})


def acceptance(days: int = 60, **fields: Any) -> facts.AcceptanceFact:
    values = {"approved": True, "expires_on": LAST + days * DAY, "conditions": "Weekly figures"}
    return facts.AcceptanceFact(uid=uid("acceptance"), **{**values, **fields})


def answer(question: str = "q", reading: str = "assured", **fields: Any) -> facts.AnswerFact:
    values = {
        "question_text": "Are services running?",
        "theme": "services",
        "kind": "choice",
        "value": "yes",
        "non_answer": "",
        "comment": "",
        "shown": "Yes",
        "unchanged_cycles": 0,
        "not_known_cycles": 0,
    }
    return facts.AnswerFact(question=question, reading=reading, **{**values, **fields})


def return_(
    name: str = "Police", cycle: int = 9, *answers: facts.AnswerFact, sent: bool = True, **fields: Any
) -> facts.ReturnFact:
    due = CUT_OFF - 12 * DAY
    values = {
        "due_at": due,
        "submitted_at": due - DAY if sent else None,
        "accepted_at": due if sent else None,
        "days_late": 0,
        "answers": {one.question: one for one in answers},
        "ref": ref("return", f"{name}, cycle {cycle}"),
        **fields,
    }
    return facts.ReturnFact(
        uid=uid(f"{name} {cycle}"),
        organisation=name,
        organisation_uid=uid(name),
        cycle_number=cycle,
        **values,
    )


def partner(name: str = "Police", *returns: facts.ReturnFact, **fields: Any) -> facts.PartnerFact:
    values = {
        "stage": "drafting",
        "stage_words": "Drafting, since 2 June 2020",
        "in_recovery_planning": True,
        "plan_uid": uid(f"{name} plan"),
        **fields,
    }
    return facts.PartnerFact(uid=uid(name), name=name, returns=returns, **values)


def says(name: str, *answers: facts.AnswerFact, **fields: Any) -> facts.PartnerFact:
    """A partner whose return of the month holds these answers."""
    return partner(name, return_(name, 9, *answers), **fields)


def service(name: str = "Health visiting", organisation: str = "NHS", **fields: Any) -> facts.ServiceFact:
    values = {
        "level": "maintained",
        "level_words": "Maintained",
        "since": date(2020, 4, 1),
        "reason": "",
        "ref": ref("service", name),
        **fields,
    }
    return facts.ServiceFact(uid=uid(name), organisation=organisation, name=name, **values)


def backlog(
    name: str = "Crown Court cases", organisation: str = "Police", **fields: Any
) -> facts.BacklogFact:
    values = {
        "kind": "court",
        "kind_words": "Court cases",
        "unit": "cases",
        "national": False,
        "stock": 120,
        "before": 100,
        "came_in": 40,
        "went_out": 20,
        "period_end": LAST - 3 * DAY,
        "ref": ref("backlog", name),
        **fields,
    }
    return facts.BacklogFact(uid=uid(name), organisation=organisation, name=name, **values)


def dependency(state: str = "asked", **fields: Any) -> facts.DependencyFact:
    values = {
        "organisation": "Police",
        "on_organisation": "Council",
        "what": "Two rooms for interviews",
        "needed_by": LAST - DAY,
        "ref": ref("dependency", "Police on Council"),
        **fields,
    }
    return facts.DependencyFact(uid=uid("dependency"), state=state, **values)


def scenario(name: str = "Police", *uplifts: int, foresees: bool | None = True) -> facts.ScenarioFact:
    return facts.ScenarioFact(name, uid(name), uplifts, foresees, ref("return", f"{name}, cycle 9"))


def concern(state: str = "triaged", **fields: Any) -> facts.ConcernFact:
    values = {
        "kind": "concern",
        "title": "Fewer babies are seen",
        "theme": "services",
        "breadth": "local",
        "severity": "high",
        "organisation": "NHS",
        "raised_at": CUT_OFF - 20 * DAY,
        "escalated_at": None,
        "answer_due_at": None,
        "answered_at": None,
        "closed_at": None,
        "ref": ref("concern", "Fewer babies are seen"),
        **fields,
    }
    return facts.ConcernFact(uid=uid("concern"), state=state, **values)


def escalation(state: str = "open", **fields: Any) -> facts.EscalationFact:
    values = {
        "source": "risk",
        "title": "Too few foster carers",
        "raised_at": CUT_OFF - 20 * DAY,
        "answer_due_on": LAST - 6 * DAY,
        "answered_at": None,
        "ref": ref("escalation", "Too few foster carers"),
        **fields,
    }
    return facts.EscalationFact(uid=uid("escalation"), state=state, **values)


def challenge(state: str = "asked", **fields: Any) -> facts.ChallengeFact:
    values = {
        "question": "Why are calls not returned?",
        "asked_of": "Police",
        "asked_at": CUT_OFF - 20 * DAY,
        "answer_due_on": LAST - 6 * DAY,
        "answered_at": None,
        "ref": ref("challenge", "Why are calls not returned?"),
        **fields,
    }
    return facts.ChallengeFact(uid=uid("challenge"), state=state, **values)


def decision(**fields: Any) -> facts.DecisionFact:
    values = {
        "title": "Weekly calls to every child",
        "kind": "agreed",
        "decided_on": LAST - 12 * DAY,
        "reason": "Schools are closed",
        "dissent": "",
        "look_again_on": LAST + 60 * DAY,
        "retrospective": False,
        "confirmed": True,
        "ref": ref("decision", "Weekly calls to every child"),
        **fields,
    }
    return facts.DecisionFact(uid=uid("decision"), **values)


def signal(state: str = "new", **fields: Any) -> facts.SignalFact:
    values = {
        "title": "Children sell goods online",
        "source": "Youth workers",
        "confidence": "low",
        "raised_at": CUT_OFF - 40 * DAY,
        "ref": ref("signal", "Children sell goods online"),
        **fields,
    }
    return facts.SignalFact(uid=uid("signal"), state=state, **values)


def action(state: str = "open", **fields: Any) -> facts.ActionFact:
    values = {
        "title": "Call every school",
        "source_kind": "concern",
        "source_uid": uid("concern"),
        "source_label": "Fewer babies are seen",
        "organisation": "Council",
        "owner": "Ada Lovelace",
        "priority": "high",
        "original_due_on": LAST + 10 * DAY,
        "due_on": LAST + 10 * DAY,
        "done_on": None,
        "slips": 0,
        "slip_reason": "",
        "evidence": False,
        "ref": ref("action", "Call every school"),
        **fields,
    }
    return facts.ActionFact(uid=uid(f"action {values['title']}"), state=state, **values)


def rate(
    month: str = "2020-06",
    total: str | None = "95.0",
    face: str | None = "60.0",
    other: str | None = "35.0",
    plan_type: str = "CP",
    **fields: Any,
) -> facts.VisitRateFact:
    def number(text: str | None) -> Decimal | None:
        return Decimal(text) if text else None

    values = {
        "children": 200,
        "face_to_face": 120,
        "alternative": 70,
        "face_to_face_rate": number(face),
        "alternative_rate": number(other),
        "total_rate": number(total),
        "ref": ref("visit_rate", f"{plan_type}, {month}"),
        **fields,
    }
    return facts.VisitRateFact(month=Month.parse(month), plan_type=plan_type, **values)


def oversight(code: str, count: int | None) -> facts.OversightCount:
    return facts.OversightCount(code, code.replace("_", " ").capitalize(), count, ref("oversight", code))


def series(**fields: Any) -> facts.MeetingsFact:
    values = {
        "name": "Partners’ meeting",
        "kind": "partners",
        "planned": 2,
        "held": 2,
        "attended": 14,
        "expected": 16,
        "paused_since": None,
        "resumed_on": None,
        "audit_due_on": None,
        "ref": ref("series", "Partners’ meeting"),
        **fields,
    }
    return facts.MeetingsFact(uid=uid("series"), **values)


def training(**fields: Any) -> facts.TrainingFact:
    values = {
        "level": "one",
        "level_words": "Level 1",
        "asked_for": 40,
        "usual": 25,
        "attended": 31,
        "ref": ref("training", "one"),
        **fields,
    }
    return facts.TrainingFact(**values)


def full(**fields: Any) -> facts.Evidence:
    """A month in which every kind of row is on record, among them each that a check finds."""
    own = risk(2, 4, 4, title="Officers off sick", organisation="Police", organisation_uid=uid("Police"))
    values: dict[str, Any] = {
        "since": datetime(2020, 5, 31, 22, 59, tzinfo=UTC),
        "risks": (
            risk(1, contributions=(own.uid,), appetite=9, acceptance=acceptance(10)),
            own,
            risk(3, 5, 5, title="Too few carers", open_actions=0, restricted=True),
            risk(4, None, title="Not yet rated"),
            risk(5, 2, 2, title="Gone", state="closed", closed_reason="Schools reopened"),
        ),
        "partners": (
            says(
                "Police",
                answer("ppe", "concern", theme="ppe"),
                answer("testing", "assured", theme="testing"),
                answer("plan_to_reduce", "assured"),
                meetings_missed_running=2,
            ),
            partner(
                "Schools", return_("Schools", sent=False), in_recovery_planning=False, stage_words="Not begun"
            ),
        ),
        "services": (
            service(level="paused", level_words="Paused", reason="Staff redeployed"),
            service("Play"),
        ),
        "backlogs": (
            backlog(national=True, growing=True, forecast="Not cleared: grows by 5 a week"),
            backlog("Dental checks", "NHS", unit="children", stock=None, period_end=None),
        ),
        "dependencies": (dependency(),),
        "scenarios": (scenario("Police", 10, 30), scenario("Schools")),
        "scenario_set": (10, 20, 30),
        "concerns": (concern(),),
        "escalations": (escalation(), escalation("answered", answered_at=CUT_OFF - 10 * DAY, title="Masks")),
        "challenges": (challenge(), challenge("answered", answered_at=CUT_OFF - 10 * DAY)),
        "decisions": (decision(), decision(title="No visits indoors", look_again_on=LAST - DAY)),
        "signals": (signal(), signal("promoted", risk="R-003")),
        "actions": (
            action(),
            action(title="Buy masks", due_on=LAST - DAY, slips=3, slip_reason="No supplier"),
            action("done", title="Write to schools", done_on=LAST - DAY, evidence=True),
        ),
        "visit_rates": (rate(), rate("2019-03", "97.0", "97.0", None, why="not_collected"), rate("2019-06")),
        "oversight": (oversight("decision_lapsed", None), oversight("flag_past_review", 0)),
        "training": (training(),),
        "meetings": (series(),),
        "previous_ratings": {
            str(uid("R-001")): {"label": "R-001", "score": 9, "band": "amber", "state": "open"},
            str(uid("R-005")): {"label": "R-005", "score": 4, "band": "yellow", "state": "open"},
        },
        "previous_checks": {"risk_unrated": 2},
        "previous_month": Month.parse("2020-05"),
        "previous_version": 1,
        "previous_seal": "a" * 64,
        "late_changes": (uid("R-001"),),
        "burden_minutes": 25,
        "burden_returns": 14,
    }
    return evidence(**{**values, **fields})
