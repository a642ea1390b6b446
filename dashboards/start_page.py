"""What needs a person, by role. Somebody with two roles gets the parts of both."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from accounts.constants import Permission, Role
from accounts.policy import BEYOND_ONESELF, Action, Thing, allows
from accounts.selectors import User
from dashboards import partnership_page, presenters, selectors
from dashboards.figures import words
from dashboards.forms import default_choice
from dashboards.readers import reader_of
from operations import selectors as runs
from operations.constants import JobState
from safeguarding.kernel.periods import Month, day_of
from visits.constants import Method, PlanType
from visits.facts import ChildLine, ManagerWork, OversightFact, SocialWorkerWork, WorkLine
from visits.selectors import rates, worklists


def page(user: User, *, now: datetime) -> dict:
    """The context of the start page."""
    roles = user.roles
    today = day_of(now)
    context: dict = {"roles": roles, "today": today}
    if Role.SOCIAL_WORKER in roles:
        context["caseload"] = _caseload(worklists.social_worker_work(user, at=now), today)
    if Role.MANAGER in roles:
        context["teams"] = _teams(worklists.manager_work(user, at=now), today)
    if allows(roles, Action.VIEW, Thing.VISIT_RATES):
        context["findings"], context["age"] = _findings(user, now)
        context["published"] = _published()
    context["waiting"] = partnership_page.waiting_items(partnership_page.everything(user, now))
    if roles & {Role.COORDINATOR, Role.ADMINISTRATOR}:
        context["jobs"] = _jobs(now)
    context["links"] = _links(user)
    return context


def _caseload(work: SocialWorkerWork, today: date) -> dict:
    return {
        "total": work.total,
        "overdue": work.overdue,
        "shown": len(work.children),
        "items": [_child_item(line, today) for line in work.children],
    }


def _teams(work: ManagerWork, today: date) -> dict:
    return {
        "not_seen_count": work.not_seen_count,
        "not_seen": [_child_item(line, today) for line in work.not_seen_in_time],
        "queue_count": work.queue_count,
        "queue": [_queue_item(fact) for fact in work.queue],
        "kinds": [
            {"text": code.label, "number": number, "href": f"{reverse('queue')}?kind={code.value}"}
            for code, number in work.queue_counts
        ],
    }


_HARM_TAGS = {
    5: {"text": "High", "colour": "red"},
    4: {"text": "High", "colour": "red"},
    3: {"text": "Medium", "colour": "orange"},
}


def _queue_item(fact: OversightFact) -> dict:
    return {
        "text": f"{fact.shown_as}: {fact.code.label[:1].lower()}{fact.code.label[1:]}",
        "href": fact.link,
        "hint": fact.sentence,
        "tag": _HARM_TAGS.get(fact.severity, {"text": "Low", "colour": "grey"}),
    }


def _child_item(line: ChildLine, today: date) -> dict:
    plans = ", ".join(PlanType(plan_type).label for plan_type in line.plan_types) or "No open plan"
    hints = [plans]
    if line.due_by:
        hints.append(f"visit due by {_day(line.due_by)}")
    seen = line.last_face_to_face
    hints.append(f"last seen face to face {_day(seen)}" if seen else "not seen face to face yet")
    if isinstance(line, WorkLine):
        hints += _bearing(line)
    tag = {"text": "Due", "colour": "blue"}
    if line.due_by is None:
        tag = {"text": "Nothing due", "colour": "grey"}
    elif line.overdue(today):
        tag = {"text": "Overdue", "colour": "red"}
    href = reverse("child", args=[line.uid])
    return {"text": line.shown_as, "href": href, "hint": "; ".join(hints), "tag": tag}


def _bearing(line: WorkLine) -> list[str]:
    """What bears on the next visit."""
    found = [name for _, name in line.flag_kinds]
    if line.decision_until:
        found.append(f"{Method(line.alternative).label} authorised until {_day(line.decision_until)}")
    if line.chain:
        found.append(f"{line.chain} in a row not face to face")
    if line.assessment_needed:
        found.append("assessment needed before a visit")
    if line.covers_until:
        found.append(f"you cover until {_day(line.covers_until)}")
    return found


def _findings(user: User, now: datetime) -> tuple[list[str], dict | None]:
    """The latest month's sentence of every plan type, as this person may see it."""
    fresh = rates.freshness()
    months = selectors.worked_out_months(fresh)
    if not months:
        return [], None
    choice = default_choice(months)
    counts = selectors.Rates(
        choice.plan_types,
        [choice.last],
        besides=[choice.compare] if choice.compare else [],
        places=selectors.Places(rates.teams()),
        reader=reader_of(user, at=now),
        worked_out=months,
    )
    sentences = []
    for plan_type in choice.plan_types:
        before = counts.table(choice.compare, plan_type).whole() if choice.compare else None
        now_seen = counts.table(choice.last, plan_type).whole()
        sentences.append(words.sentence(now_seen, before, choice.compare))
    return sentences, selectors.age(fresh, now=now)


_WAITS_TOO_LONG = timedelta(minutes=15)
_RUN_TAGS = {
    JobState.WAITING: "grey",
    JobState.RUNNING: "blue",
    JobState.DONE: "green",
    JobState.FAILED: "red",
}


def _published() -> dict | None:
    """The link to the months of the published figures, where they are kept."""
    months = presenters.published_months(selectors.worked_out_months(rates.freshness()))
    if months is None:
        return None
    first, last = months
    query = urlencode({"first": str(first), "last": str(last)})
    return {"href": f"{reverse('visiting')}?{query}", "text": f"{first.name} to {last.name}"}


def _jobs(now: datetime) -> dict:
    """The newest run of each kind of job, failed ones first, and whether one waits in vain."""
    newest = runs.latest_of_each_kind(1)
    waiting = runs.oldest_waiting_since()
    return {
        "items": [
            {
                "text": run.kind.replace("_", " ").replace("-", " ").capitalize(),
                "href": reverse("job", args=[run.uid]),
                "hint": run.outcome or f"Asked for on {_day(day_of(run.asked_at))}",
                "tag": {"text": JobState(run.state).label, "colour": _RUN_TAGS[JobState(run.state)]},
            }
            for run in sorted(newest, key=lambda run: run.state != JobState.FAILED)
        ],
        "waiting_too_long": waiting is not None and now - waiting > _WAITS_TOO_LONG,
    }


# Text, address, what it is for, and what opens it.
_LINKS = (
    (
        "Partnership",
        "partnership",
        "Returns, concerns, actions, meetings, recovery plans",
        (Action.VIEW, Thing.ORGANISATION),
    ),
    ("Guidance", "guidance_roles", "What holds now, for each role", (Action.VIEW, Thing.GUIDANCE)),
    ("Children", "children", "Find a child, see plans and visits", (Action.VIEW, Thing.CHILD)),
    ("Your queue", "queue", "Decisions, exceptions and visits without an owner", (Action.EDIT, Thing.PLAN)),
    ("Absence and cover", "cover", "Who is away, and who visits meanwhile", (Action.CREATE, Thing.COVER)),
    ("Keep in touch", "check_ins", "Mark with whom you spoke this week", (Action.CREATE, Thing.CHECK_IN)),
    (
        "People",
        "people",
        "Who may sign in, and with which rights",
        (Action.VIEW, Thing.USER_ACCOUNT, BEYOND_ONESELF),
    ),
    ("Jobs", "jobs", "Whether figures and imports are running as they should", (Action.VIEW, Thing.JOB_RUN)),
    ("Audit trail", "audit_trail", "Who did and looked at what", (Action.VIEW, Thing.AUDIT_TRAIL)),
)


def _links(user: User) -> list[dict]:
    links = [
        {"text": text, "href": reverse(name), "hint": hint}
        for text, name, hint, needs in _LINKS
        if allows(user.roles, *needs)
    ]
    if allows(user.roles, Action.EDIT, Thing.PLAN) and user.holds(Permission.IMPORT_RECORDS):
        href = reverse("import_records")
        links.append({"text": "Import records", "href": href, "hint": "Teams, plans and visits from a file"})
    return links


def _day(day: date) -> str:
    return f"{day.day} {Month.of(day).name}"
