"""How issued guidance was told: its texts by channel, whom they reached, and what was told to nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance import history
from guidance.constants import LIVE_STATES, Audience, Channel, DispatchState
from guidance.facts.register import CoverageFact
from guidance.models import Dispatch, GuidanceVersion, NewsletterMail
from guidance.rules.dissemination import not_reached
from operations.constants import MailState
from partners.facts.waiting import Waiting
from safeguarding.kernel.periods import day_of

# What the pages call guidance that nobody was told of.
NOT_FULLY, NO_CHANNEL, EVERY = "not_fully", "no_channel", "all"


def keeps(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Action.EDIT, Thing.GUIDANCE)


def checks(user: User) -> bool:
    """Reads the whole register, also what was not issued."""
    return Scope.ALL in scopes(user.roles, Action.VIEW, Thing.GUIDANCE)


def dispatches_of(version: GuidanceVersion) -> QuerySet[Dispatch]:
    return version.dispatches.select_related("planned_by", "sent_by", "newsletter").order_by(
        "planned_at", "pk"
    )


def sent_of(version: GuidanceVersion) -> QuerySet[Dispatch]:
    return dispatches_of(version).filter(state=DispatchState.SENT).order_by("sent_at", "pk")


@dataclass(frozen=True)
class _Issued:
    item_uid: UUID
    label: str
    title: str
    number: int
    issued_at: datetime
    version: int
    ended: bool
    audiences: tuple[str, ...]
    replaced: bool


def coverage(now: datetime) -> tuple[CoverageFact, ...]:
    """Of the newest issued version of each piece of guidance that is not over: how it was told; the newest
    first. Two queries."""
    return _facts(_issued(now), now)


def coverage_at(moment: datetime) -> tuple[CoverageFact, ...]:
    """`coverage` as it was at `moment`: by the versions issued, the audiences named and what was sent by
    then. Three queries."""
    return _facts(_issued(moment, history.as_at("item", moment)), moment)


def _issued(moment: datetime, items: Mapping[UUID, history.Snapshot] | None = None) -> list[_Issued]:
    """Without `items`: by the items as they are now."""
    day = day_of(moment)
    columns = ("pk", "number", "title", "issued_at", "effective_until")
    rows: Iterable[Mapping[str, Any]] = (
        GuidanceVersion.objects.filter(issued_at__lte=moment)
        .values(
            *columns,
            item_uid=F("item__uid"),
            label=F("item__number"),
            audiences=F("item__audiences"),
            replaced_from=F("item__replaced_from"),
        )
        .order_by("number")
    )
    newest = {row["item_uid"]: row for row in rows}
    found = []
    for uid, row in newest.items():
        then = items.get(uid) if items is not None else None
        audiences, replaced = row["audiences"], row["replaced_from"]
        if then:
            audiences, replaced = then.fields["audiences"], then.fields["replaced_from"]
        until = row["effective_until"]
        found.append(
            _Issued(
                item_uid=uid,
                label=f"G{row['label']}",
                title=row["title"],
                number=row["number"],
                issued_at=row["issued_at"],
                version=row["pk"],
                ended=until is not None and until <= day,
                audiences=tuple(audiences),
                replaced=bool(replaced) and str(replaced) <= day.isoformat(),
            )
        )
    return found


def _facts(issued: Iterable[_Issued], moment: datetime) -> tuple[CoverageFact, ...]:
    channels: dict[int, set[str]] = {}
    reached: dict[int, set[str]] = {}
    # Known by then: what went out earlier and was said later was not.
    known = Q(marked_at=None) | Q(marked_at__lte=moment)
    sent = Dispatch.objects.filter(known, state=DispatchState.SENT, sent_at__lte=moment)
    for version, channel, audiences in sent.values_list("of", "channel", "audiences"):
        channels.setdefault(version, set()).add(channel)
        reached.setdefault(version, set()).update(audiences)
    live = [one for one in issued if not one.ended and not one.replaced]
    return tuple(
        CoverageFact(
            item_uid=one.item_uid,
            label=one.label,
            title=one.title,
            version_number=one.number,
            issued_at=one.issued_at,
            channels=tuple(code for code in Channel.values if code in channels.get(one.version, ())),
            audiences_reached=tuple(
                code
                for code in Audience.values
                if code in one.audiences and code in reached.get(one.version, ())
            ),
            audiences_not_reached=not_reached(one.audiences, reached.get(one.version, ())),
        )
        for one in sorted(live, key=lambda one: (one.issued_at, one.version), reverse=True)
    )


def narrowed(
    facts: Iterable[CoverageFact], *, show: str = NOT_FULLY, audience: str = ""
) -> list[CoverageFact]:
    """`show`: NOT_FULLY, NO_CHANNEL or EVERY; `audience`: of those, what it is for (unless all are shown,
    what did not reach it)."""
    found = list(facts)
    if show == NO_CHANNEL:
        found = [one for one in found if not one.channels]
    elif show != EVERY:
        found = [one for one in found if one.audiences_not_reached or not one.channels]
    if audience:
        found = [
            one
            for one in found
            if audience in one.audiences_not_reached or (show == EVERY and audience in one.audiences_reached)
        ]
    return found


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """Of who keeps the register: issued and told to nobody, texts to be sent, and mails that failed."""
    if not keeps(user):
        return []
    untold = _told_to_nobody(at).count()
    planned = Dispatch.objects.filter(state=DispatchState.PLANNED, of__state__in=LIVE_STATES).count()
    failed = NewsletterMail.objects.filter(mail_state=MailState.FAILED).count()
    return [
        Waiting(untold, f"{_pieces(untold)} issued and not told to anybody yet", "guidance_coverage"),
        Waiting(planned, f"{_texts(planned)} to be sent", "guidance_coverage"),
        Waiting(failed, f"{_mails(failed)} could not be delivered", "newsletters"),
    ]


def _told_to_nobody(at: datetime) -> QuerySet[GuidanceVersion]:
    day = day_of(at)
    sent = Dispatch.objects.filter(of=OuterRef("pk"), state=DispatchState.SENT)
    over = Q(effective_until__isnull=False, effective_until__lte=day)
    replaced = Q(item__replaced_from__isnull=False, item__replaced_from__lte=day)
    return GuidanceVersion.objects.latest_issued().filter(~Exists(sent)).exclude(over).exclude(replaced)


def planned_now() -> QuerySet[Dispatch]:
    """Texts of issued guidance that are to be sent, the oldest first."""
    rows = Dispatch.objects.filter(state=DispatchState.PLANNED, of__state__in=LIVE_STATES)
    return rows.select_related("of__item").order_by("planned_at", "pk")


def _pieces(count: int) -> str:
    return "1 piece of guidance is" if count == 1 else f"{count} pieces of guidance are"


def _texts(count: int) -> str:
    return "1 text about guidance is" if count == 1 else f"{count} texts about guidance are"


def _mails(count: int) -> str:
    return "1 mail of a newsletter" if count == 1 else f"{count} mails of newsletters"
