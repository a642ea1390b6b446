"""The interpretation of guidance, read: whose it is, what waits, and how long it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import LIVE_STATES, InterpretationState, VersionState
from guidance.facts.interpretation import IssuedIn
from guidance.models import (
    GuidanceVersion,
    Interpretation,
    InterpretationEdit,
    Paragraph,
    ParagraphNote,
    TopicOwner,
    VersionMove,
)
from guidance.rules.interpretation import MOVES, Act, is_reworked
from partners.facts.waiting import Waiting
from safeguarding.kernel.periods import day_of

# Waits for somebody to do something until it is issued.
OPEN_STATES = (VersionState.RECEIVED, VersionState.ASSESSED, VersionState.INTERPRETED, VersionState.APPROVED)
_APPROVED = InterpretationState.APPROVED
_KEEPING_ROLES = tuple(
    role for role in Role if Scope.ALL in scopes(frozenset({role}), Action.EDIT, Thing.GUIDANCE)
)


def keepers() -> QuerySet[User]:
    """Who keeps the register and may own guidance, by name."""
    holds = Q(grants__ended_at=None) & (Q(grants__needs_second=False) | Q(grants__seconded_at__isnull=False))
    keeping = get_user_model().objects.filter(holds, grants__right__in=_KEEPING_ROLES).values("pk")
    return get_user_model().objects.filter(is_active=True, pk__in=keeping).order_by("name", "pk")


def keeps(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Action.EDIT, Thing.GUIDANCE)


def reads_work(user: User) -> bool:
    """Who keeps the register or checks it sees drafts and what waits."""
    return Scope.ALL in scopes(user.roles, Action.VIEW, Thing.GUIDANCE)


def topic_owners(day: date) -> dict[str, User]:
    """Who sees to each topic on `day`, by its code; who keeps the register no longer is left out."""
    rows = TopicOwner.objects.filter(from_date__lte=day).filter(
        Q(until_date=None) | Q(until_date__gt=day), user__in=keepers()
    )
    return {row.topic: row.user for row in rows.select_related("user")}


def current(of: GuidanceVersion) -> Interpretation | None:
    """The interpretation that is open or approved, else the last one that was sent back."""
    return (
        of.interpretations.select_related("author", "submitted_by", "decided_by").order_by("-number").first()
    )


def issued_interpretation(of: GuidanceVersion) -> Interpretation | None:
    """What was (or, once approved, will be) told to people."""
    return of.interpretations.filter(state=InterpretationState.APPROVED).order_by("-number").first()


def writers(interpretation: Interpretation) -> set[int]:
    """Keys of everybody who wrote in it or put it forward; where it says for the most part what an earlier
    one of the same version said, also of that one."""
    said = f"{interpretation.meaning}\n{interpretation.to_do}"
    earlier = Interpretation.objects.filter(of=interpretation.of_id, number__lt=interpretation.number)
    rounds = [row for row in earlier if is_reworked(f"{row.meaning}\n{row.to_do}", said)] + [interpretation]
    found = {row.author_id for row in rounds} | {row.submitted_by_id for row in rounds if row.submitted_by_id}
    edits = InterpretationEdit.objects.filter(interpretation__in=rounds)
    return found | set(edits.values_list("by", flat=True))


@dataclass(frozen=True)
class Rights:
    """What somebody may do with a version and its interpretation as they are now."""

    assess: bool = False
    set_aside: bool = False
    take_up: bool = False
    write: bool = False
    submit: bool = False
    review: bool = False
    take_back: bool = False
    issue: bool = False
    # It waits for approval, and this person wrote in it: another has to.
    waits_for_another: bool = False


def rights(of: GuidanceVersion, row: Interpretation | None, user: User) -> Rights:
    """`row`: the interpretation in hand. Of a version that `user` may see."""
    if not keeps(user):
        return Rights()
    wrote = row is not None and of.state == VersionState.INTERPRETED and user.pk in writers(row)
    said = bool(row and row.state == InterpretationState.DRAFT and row.meaning and row.to_do)
    return Rights(
        assess=_may(Act.ASSESS, of),
        set_aside=_may(Act.SET_ASIDE, of),
        take_up=_may(Act.TAKE_UP, of),
        write=of.state == VersionState.ASSESSED,
        submit=_may(Act.SUBMIT, of) and said,
        review=_may(Act.APPROVE, of) and not wrote,
        take_back=_may(Act.TAKE_BACK, of),
        issue=_may(Act.ISSUE, of),
        waits_for_another=_may(Act.APPROVE, of) and wrote,
    )


def _may(act: Act, of: GuidanceVersion) -> bool:
    return of.state in MOVES[act][0]


def issued_before(of: GuidanceVersion) -> Interpretation | None:
    """What was told of the newest version before this one that was issued."""
    told = Interpretation.objects.filter(
        of__item=of.item_id, of__number__lt=of.number, of__state__in=LIVE_STATES, state=_APPROVED
    )
    return told.select_related("of").order_by("-of__number", "-number").first()


def sent_back(of: GuidanceVersion) -> Interpretation | None:
    """The last interpretation of this version that was sent back or taken back."""
    rows = of.interpretations.filter(state=InterpretationState.SENT_BACK)
    return rows.select_related("decided_by").order_by("-number").first()


def begun_from(of: GuidanceVersion) -> dict[str, Any]:
    """What a draft of `of` says, or would begin from: what was sent back, else what was issued before; with
    `version` (0: there is no draft) and `notes` by position of the paragraph."""
    row = current(of)
    if row is None:
        before = issued_before(of)
        texts = {"meaning": before.meaning, "to_do": before.to_do} if before else {"meaning": "", "to_do": ""}
        public = before.is_public if before else True
        return {**texts, "valid_until": None, "is_public": public, "notes": {}, "version": 0}
    notes = row.notes.values_list("paragraph__position", "force", "text")
    return {
        "meaning": row.meaning,
        "to_do": row.to_do,
        "valid_until": row.valid_until,
        "is_public": row.is_public,
        "notes": {position: (force, text) for position, force, text in notes},
        "version": row.version if row.state == InterpretationState.DRAFT else 0,
    }


def beside(of: GuidanceVersion, row: Interpretation | None) -> list[tuple[Paragraph, ParagraphNote | None]]:
    """Each paragraph of the source with what it means here. Two queries."""
    notes = {note.paragraph_id: note for note in row.notes.all()} if row and row.pk else {}
    return [(paragraph, notes.get(paragraph.pk)) for paragraph in of.paragraphs.all()]


def rounds(of: GuidanceVersion) -> list[tuple[Interpretation, list[InterpretationEdit]]]:
    """Every interpretation of a version with who wrote in it, the oldest first. Two queries."""
    edits = InterpretationEdit.objects.select_related("by")
    rows = of.interpretations.select_related("author").prefetch_related(Prefetch("edits", edits))
    return [(row, list(row.edits.all())) for row in rows.order_by("number")]


def moves(of: GuidanceVersion) -> QuerySet[VersionMove]:
    return of.moves.select_related("by").order_by("at", "pk")


def work(
    *,
    state: str = "",
    owner: User | None = None,
    approver: User | None = None,
    overdue_on: date | None = None,
) -> QuerySet[GuidanceVersion]:
    """Versions that wait to be issued, by due date; each with its item, owner and open interpretation (in
    `open_interpretations`). Of the work list of who keeps the register."""
    states = (state,) if state in OPEN_STATES else OPEN_STATES
    rows: QuerySet[GuidanceVersion] = GuidanceVersion.objects.filter(state__in=states)
    if owner:
        rows = rows.filter(item__owner=owner)
    if approver:
        rows = _for_approval(rows, approver)
    if overdue_on:
        rows = rows.filter(due_on__lt=overdue_on)
    opened = Interpretation.objects.exclude(state=InterpretationState.SENT_BACK).select_related("author")
    return (
        rows.select_related("item", "item__owner")
        .prefetch_related(Prefetch("interpretations", opened, to_attr="open_interpretations"))
        .order_by("due_on", "item__number", "number")
    )


def _for_approval(rows: QuerySet[GuidanceVersion], user: User) -> QuerySet[GuidanceVersion]:
    """Those that wait for approval and that `user` neither wrote in nor put forward."""
    wrote = Interpretation.objects.filter(state=InterpretationState.IN_REVIEW).filter(
        Q(author=user) | Q(submitted_by=user) | Q(edits__by=user)
    )
    return rows.filter(state=VersionState.INTERPRETED).exclude(pk__in=wrote.values("of"))


def counts(today: date) -> dict[str, int]:
    """How many versions stand in each open state, and 'overdue'. One query."""
    late = Count("pk", filter=Q(due_on__lt=today))
    rows = GuidanceVersion.objects.filter(state__in=OPEN_STATES).order_by().values("state")
    found = dict.fromkeys([*OPEN_STATES, "overdue"], 0)
    for row in rows.annotate(all=Count("pk"), late=late):
        found[row["state"]] = row["all"]
        found["overdue"] += row["late"]
    return found


def issued_in(*, first: date | None = None, last: date | None = None) -> list[IssuedIn]:
    """Every issued version with its days from publication (else receipt) to issue, by day of issue; of those
    issued from `first` to `last`. One query."""
    rows = GuidanceVersion.objects.filter(issued_at__isnull=False).order_by("issued_at", "pk")
    columns = ("uid", "item__number", "title", "force", "published_on", "received_on", "issued_at")
    found = [
        IssuedIn(
            version_uid=uid,
            label=f"G{number}",
            title=title,
            force=force,
            since=published or received,
            issued_on=day_of(at),
        )
        for uid, number, title, force, published, received, at in rows.values_list(*columns)
    ]
    return [
        one
        for one in found
        if (first is None or one.issued_on >= first) and (last is None or one.issued_on <= last)
    ]


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What of the interpretation waits for who keeps the register; two queries."""
    if not keeps(user):
        return []
    today = day_of(at)
    rows = GuidanceVersion.objects.filter(state__in=OPEN_STATES)
    mine = rows.filter(item__owner=user, state__in=(VersionState.RECEIVED, VersionState.ASSESSED))
    found = _line(
        mine.values_list("due_on", flat=True),
        today,
        "waits for your interpretation",
        "wait for your interpretation",
    )
    others = _for_approval(rows, user)
    found += _line(
        others.values_list("due_on", flat=True), today, "waits for your approval", "wait for your approval"
    )
    return found


def _line(due: Iterable[date], today: date, one: str, many: str) -> list[Waiting]:
    days = list(due)
    count = len(days)
    words = f"1 piece of guidance {one}" if count == 1 else f"{count:,} pieces of guidance {many}"
    return [Waiting(count, words, "guidance_work", overdue=any(day < today for day in days))]
