"""Newsletters: what may go in, whom they reach, and how they read."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from guidance.constants import (
    LENGTH_OF,
    LIVE_STATES,
    Audience,
    Channel,
    DispatchState,
    Force,
    InterpretationState,
    NewsletterState,
)
from guidance.facts.dissemination import Letter, LetterEntry, MailCount
from guidance.models import (
    Dispatch,
    GuidanceVersion,
    Interpretation,
    Newsletter,
    NewsletterEntry,
    NewsletterMail,
)
from guidance.rules.dissemination import shortened, told_kinds, told_roles
from operations.constants import MailState
from partners.selectors.recipients import mailboxes_of, people_of

_LONDON = ZoneInfo("Europe/London")
_BINDING_FIRST = list(Force.values)


def issued_in(first: date, last: date) -> QuerySet[GuidanceVersion]:
    """Versions issued in these days (both included), of each item the newest of them."""
    since = datetime.combine(first, time.min, _LONDON)
    until = datetime.combine(last + timedelta(days=1), time.min, _LONDON)
    rows = GuidanceVersion.objects.filter(issued_at__gte=since, issued_at__lt=until, state__in=LIVE_STATES)
    later = rows.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
    return rows.filter(~Exists(later)).select_related("item").order_by("issued_at", "pk")


def to_tell(first: date, last: date, *, at: datetime) -> list[GuidanceVersion]:
    """Of these, what was in no newsletter that was sent and what no later version had followed by `at`, the
    most binding first."""
    told = NewsletterEntry.objects.filter(newsletter__state=NewsletterState.SENT, of=OuterRef("pk"))
    found = issued_in(first, last).filter(~Exists(told), ~Exists(_followed(at)))
    return sorted(found, key=lambda version: _BINDING_FIRST.index(version.force))


def followed(versions: Iterable[int], *, at: datetime) -> list[GuidanceVersion]:
    """Of these keys the versions after which, by `at`, a later one of the same guidance was issued."""
    rows = GuidanceVersion.objects.filter(Exists(_followed(at)), pk__in=list(versions))
    return list(rows.select_related("item").order_by("item__number"))


def _followed(at: datetime) -> QuerySet[GuidanceVersion]:
    return GuidanceVersion.objects.filter(
        item=OuterRef("item"), number__gt=OuterRef("number"), issued_at__lte=at
    )


def first_texts(versions: Iterable[GuidanceVersion]) -> dict[int, str]:
    """By the key of the version: the text planned for the newsletter, else what the interpretation says,
    shortened. Two queries."""
    keys = [version.pk for version in versions]
    most = LENGTH_OF[Channel.NEWSLETTER]
    texts = {
        row.of_id: shortened(f"{row.meaning}\n\nWhat to do: {row.to_do}", most)
        for row in Interpretation.objects.filter(of__in=keys, state=InterpretationState.APPROVED).order_by(
            "number"
        )
    }
    planned = Dispatch.objects.filter(
        of__in=keys, channel=Channel.NEWSLETTER, state=DispatchState.PLANNED
    ).order_by("-planned_at")
    return {**texts, **dict(planned.values_list("of", "text"))}


def entries_of(newsletter: Newsletter) -> list[NewsletterEntry]:
    return list(newsletter.entries.select_related("of__item").order_by("position"))


def audiences_of(entries: Iterable[NewsletterEntry]) -> set[str]:
    """Codes of everybody whom something in the newsletter is for."""
    return {code for entry in entries for code in entry.of.item.audiences}


def people_told(audiences: Iterable[str], day: date) -> QuerySet[User]:
    """Active people whose role, or whose organisation's kind, fits the audiences."""
    codes = list(audiences)
    return people_of(told_roles(codes), told_kinds(codes), on=day)


def mailboxes_told(audiences: Iterable[str], day: date) -> dict[int, str]:
    """Addresses by the key of the organisation: of those whose kind fits and that have one."""
    return mailboxes_of(told_kinds(list(audiences)), on=day)


def letter(newsletter: Newsletter, entries: Iterable[NewsletterEntry]) -> Letter:
    """As it reads now; of one that was sent, its `html` and `plain` are what was sent. One query."""
    rows = list(entries)
    public = set(
        Interpretation.objects.filter(
            of__in=[row.of_id for row in rows], state=InterpretationState.APPROVED, is_public=True
        ).values_list("of", flat=True)
    )
    return Letter(
        number=newsletter.number,
        title=newsletter.title,
        from_date=newsletter.from_date,
        until_date=newsletter.until_date,
        intro=newsletter.intro,
        entries=tuple(_entry(row, row.of.issued_at, row.of_id in public) for row in rows if row.of.issued_at),
        all_link=full_address(reverse("public_guidance")),
    )


def _entry(row: NewsletterEntry, issued_at: datetime, is_public: bool) -> LetterEntry:
    version, item = row.of, row.of.item
    page = "public_guidance_item" if is_public else "guidance_item"
    return LetterEntry(
        label=item.label,
        title=version.title,
        issuer=item.issuer,
        force=Force(version.force).label,
        for_whom=tuple(Audience(code).label for code in item.audiences if code in Audience.values),
        issued_at=issued_at,
        text=row.text,
        link=full_address(reverse(page, args=[item.uid])),
        is_public=is_public,
    )


def full_address(path: str) -> str:
    """Where people reach a page of this service: for mails and feeds."""
    return settings.SITE_URL.rstrip("/") + path


def mail_count(newsletter: Newsletter) -> MailCount:
    rows = NewsletterMail.objects.filter(newsletter=newsletter).values("mail_state")
    return MailCount({row["mail_state"]: row["count"] for row in rows.annotate(count=Count("pk"))})


def mails_of(newsletter: Newsletter, state: str = "") -> QuerySet[NewsletterMail]:
    """Each mail with whom it is for: organisations first, then people by name."""
    rows = NewsletterMail.objects.filter(newsletter=newsletter).select_related("recipient", "organisation")
    if state:
        rows = rows.filter(mail_state=state)
    return rows.order_by("organisation__name", "recipient__name", "pk")


def visible(user: User) -> QuerySet[Newsletter]:
    """All for who keeps the register or checks it; what was sent for everybody else who may read guidance."""
    granted = scopes(user.roles, Action.VIEW, Thing.GUIDANCE)
    if Scope.ALL in granted:
        return Newsletter.objects.all()
    if Scope.PUBLISHED not in granted:
        return Newsletter.objects.none()
    return Newsletter.objects.filter(state=NewsletterState.SENT)


def listed(user: User) -> QuerySet[Newsletter]:
    """The newest first, each with its `size` and how many mails `failed`."""
    size = NewsletterEntry.objects.filter(newsletter=OuterRef("pk")).order_by().values("newsletter")
    failed = NewsletterMail.objects.filter(newsletter=OuterRef("pk"), mail_state=MailState.FAILED)
    return visible(user).annotate(
        size=Coalesce(Subquery(size.annotate(n=Count("pk")).values("n")), 0),
        failed=Coalesce(
            Subquery(failed.order_by().values("newsletter").annotate(n=Count("pk")).values("n")), 0
        ),
    )


def last_day() -> date | None:
    """The last day that any newsletter was about."""
    return Newsletter.objects.order_by("-until_date").values_list("until_date", flat=True).first()


def offered(newsletter: Newsletter) -> list[tuple[UUID, str, str]]:
    """What may be in it: uid, name and text there ("" is not in it); what is in it first, in its order."""
    within = entries_of(newsletter)
    found = [(row.of.uid, _name(row.of), row.text) for row in within]
    taken = {row.of_id for row in within}
    others = [row for row in issued_in(newsletter.from_date, newsletter.until_date) if row.pk not in taken]
    return found + [(row.uid, _name(row), "") for row in others]


def _name(version: GuidanceVersion) -> str:
    return f"{version.item.label} {version.title}"


def planned_for(versions: Iterable[int]) -> Q:
    return Q(of__in=list(versions), channel=Channel.NEWSLETTER, state=DispatchState.PLANNED)
