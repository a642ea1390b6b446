"""The way in to the partnership's work: what there is for a person, and what waits."""

from datetime import datetime

from django.urls import reverse

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from guidance.selectors.waiting import waiting_for as waiting_of_guidance
from partners.facts.waiting import Waiting
from partners.selectors.waiting import waiting_for
from riskregister.selectors.waiting import waiting_for as waiting_for_board

# Heading, then text, address, what it is for, and what opens it.
_GROUPS = (
    (
        "Assurance",
        (
            ("Assurance returns", "returns", "What each partner says every fortnight", Thing.RETURN),
            (
                "Assurance dashboard",
                "assurance",
                "What partners’ answers say, theme by theme",
                Thing.ASSURANCE,
            ),
            (
                "Who has sent what",
                "tracker",
                "Returns received, late and missing, and reminders",
                Thing.CYCLE,
            ),
            ("Cycles", "cycles", "When returns are asked for", Thing.CYCLE),
            ("Question sets", "question_sets", "What returns ask, version by version", Thing.QUESTION_SET),
            ("Surveys", "surveys", "What practitioners say on the same themes", Thing.SURVEY),
        ),
    ),
    (
        "Concerns and actions",
        (
            ("Concerns and successes", "concerns", "Raised, looked into, answered and closed", Thing.CONCERN),
            ("Actions", "my_actions", "Yours and your organisation’s", Thing.ACTION),
        ),
    ),
    (
        "Recovery",
        (
            (
                "Recovery plans",
                "recovery_plans",
                "Stages, services, dependencies and backlogs",
                Thing.RECOVERY_PLAN,
            ),
            ("Meetings", "meetings", "Agendas, attendance and minutes", Thing.MEETING),
            ("Panels", "panels", "When panels meet, and their audits", Thing.MEETING),
            ("Training", "training", "Courses, places and demand", Thing.TRAINING),
        ),
    ),
    (
        "Guidance",
        (
            ("Register of guidance", "guidance", "What came, what it means, who was told", Thing.GUIDANCE),
            ("Guidance by role", "guidance_roles", "What holds now, for whom, to print", Thing.GUIDANCE),
            ("Easements", "easements", "What the law lets go, and until when", Thing.GUIDANCE),
            ("Newsletters", "newsletters", "What went out, fortnight by fortnight", Thing.GUIDANCE),
        ),
    ),
    (
        "Risk and the board",
        (
            ("Risk register", "risks", "Risks, their ratings, controls and owners", Thing.RISK),
            ("Emerging threats", "signals", "What somebody noticed, and what became of it", Thing.SIGNAL),
            ("Escalations", "escalations", "What the board must answer", Thing.ESCALATION),
            ("Challenges", "challenges", "What the board asks partners to account for", Thing.CHALLENGE),
            (
                "Decisions of the board",
                "decisions_of_the_board",
                "What was decided, why, and when it is looked at again",
                Thing.BOARD_DECISION,
            ),
            ("Board reviews", "reviews", "Month by month, signed and sealed", Thing.BOARD_REVIEW),
        ),
    ),
    (
        "The partnership",
        (("Organisations", "organisations", "Who takes part, and who answers for them", Thing.ORGANISATION),),
    ),
)


def page(user: User, *, now: datetime) -> dict:
    """The context of the page."""
    groups = []
    for heading, rows in _GROUPS:
        links = [
            {"text": text, "href": reverse(name), "hint": hint}
            for text, name, hint, thing in rows
            if allows(user.roles, Action.VIEW, thing)
        ]
        if links:
            groups.append({"heading": heading, "links": links})
    return {"groups": groups, "waiting": waiting_items(everything(user, now))}


def everything(user: User, now: datetime) -> list[Waiting]:
    """What waits of the partnership's work, of guidance and of the board's, what is overdue first."""
    lines = [*waiting_for(user, now), *waiting_of_guidance(user, now), *waiting_for_board(user, now)]
    return sorted(lines, key=lambda line: not line.overdue)


def waiting_items(lines: list[Waiting]) -> list[dict]:
    """Lines for components/task_list.html."""
    return [
        {
            "text": line.words,
            "href": reverse(line.url_name, args=line.url_args),
            "tag": {"text": "Overdue", "colour": "red"}
            if line.overdue
            else {"text": "To do", "colour": "blue"},
        }
        for line in lines
    ]
