"""The way in to the partnership's work: what there is for a person, and what waits."""

from datetime import datetime

from django.urls import reverse

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from partners.facts.waiting import Waiting
from partners.selectors.waiting import waiting_for

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
    return {"groups": groups, "waiting": waiting_items(waiting_for(user, now))}


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
