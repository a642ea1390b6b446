"""Issuers' pages that are watched, where GUIDANCE_FETCH says so: asked once a day each, politely; what has
changed waits for a person, who says whether it matters. Nothing here is needed: without it people look at
the pages themselves."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.audit import Actor, record
from accounts.policy import Action
from accounts.selectors import User
from guidance.constants import LIVE_STATES, CheckResult, GuidanceKind, SourceChangeState, VersionState
from guidance.facts.entry import VersionEntry
from guidance.facts.sources import SourcePage
from guidance.models import GuidanceItem, GuidanceVersion, SourceChange, SourceCheck, SourceFetch
from guidance.rules.entries import check_words
from guidance.rules.govuk_pages import api_url, read_page, says_withdrawn
from guidance.services.base import need_keeper, screened
from guidance.services.govuk_client import Answer, Fetch, fetch
from guidance.services.register import add_version
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

__all__ = ["dismiss", "enabled", "look_up", "poll", "take_in", "watched"]

# A page is asked once a day; one that could not be read after twice as long each time, up to 16 days.
_EVERY = timedelta(hours=20)
_LONGEST_BACK_OFF = 4
_AT_ONCE = 300
# A round ends long before the limit of jobs.
_ROUND_SECONDS = 1200
_SECONDS_BETWEEN = 1.0
# So many in a row that were not reached: the server or the network is down.
_GIVE_UP_AFTER = 3
_GONE = (404, 410)
_BUSY = (429, 503)


def enabled() -> bool:
    return settings.GUIDANCE_FETCH


def look_up(url: str, *, get: Fetch = fetch) -> SourcePage:
    """What a page says now. Raises Refusal (field 'url'): 'fetch_off', 'not_govuk', 'page_gone',
    'page_not_reached', 'page_unreadable'."""
    if not enabled():
        raise Refusal("fetch_off", "Pages are not fetched here. Fill in the form yourself", "url")
    address = api_url(url)
    if address is None:
        raise Refusal("not_govuk", "Enter the address of a page of GOV.UK, like https://www.gov.uk/…", "url")
    answer = get(address, "")
    if answer.status in _GONE:
        raise Refusal("page_gone", "GOV.UK has no such page. Look at the address", "url")
    if answer.status != 200:
        words = "GOV.UK did not answer. Try again later, or fill in the form yourself"
        raise Refusal("page_not_reached", words, "url")
    return read_page(answer.body)


def watched() -> QuerySet[GuidanceItem]:
    """Items with a page of GOV.UK that hold: not replaced, not withdrawn, and not set aside before anything
    of them was issued."""
    newest = GuidanceVersion.objects.filter(item=OuterRef("pk")).exclude(
        Exists(GuidanceVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number")))
    )
    issued = GuidanceVersion.objects.filter(item=OuterRef("item"), state__in=LIVE_STATES)
    set_aside = Q(state=VersionState.SET_ASIDE)
    ended = (set_aside & ~Exists(issued)) | (Q(kind=GuidanceKind.WITHDRAWN) & ~set_aside)
    return GuidanceItem.objects.filter(
        ~Exists(newest.filter(ended)), replaced_by=None, url_key__startswith="gov.uk/"
    )


def poll(
    *,
    now: datetime,
    get: Fetch = fetch,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Asks for the pages that are due; how many were asked. At most one a second, each by one worker; stops
    where the server asks for rest or is not reached."""
    if not enabled():
        return 0
    asked = in_a_row = 0
    end = time.monotonic() + _ROUND_SECONDS
    for item in _due(now)[:_AT_ONCE]:
        address = api_url(item.url)
        if address is None or (known := _in_hand(item, now)) is None:
            continue
        if asked:
            wait(_SECONDS_BETWEEN)
        asked += 1
        answer = get(address, known.etag)
        _note_answer(item, known, answer, now)
        if answer.status in _BUSY or time.monotonic() > end:
            break
        in_a_row = 0 if answer.status and answer.status < 500 else in_a_row + 1
        if in_a_row >= _GIVE_UP_AFTER:
            break
    return asked


def take_in(
    *,
    user: User,
    change: SourceChange,
    expected_version: int,
    size: str,
    force: str,
    change_note: str,
    audiences_affected: tuple[str, ...],
    duties_changed: tuple[str, ...],
    names_no_child: bool = True,
    now: datetime,
) -> GuidanceVersion:
    """The change matters: it is the item's next version, with the page's paragraphs. `expected_version`: of
    the item.

    Raises OutOfReach, StaleEdit, Refusal('change_decided'), or what `register.add_version` refuses.
    """
    with transaction.atomic():
        need_keeper(user, Action.CREATE)
        current = _open(change)
        item = current.item
        published = min(day_of(current.public_updated_at), day_of(now))
        entry = VersionEntry(
            title=current.title,
            kind=GuidanceKind.WITHDRAWN if says_withdrawn(current.note) else GuidanceKind.AMENDED,
            force=force,
            received_on=day_of(now),
            effective_from=published,
            published_on=published,
            summary=current.summary,
            size=size,
            change_note=change_note,
            audiences_affected=audiences_affected,
            duties_changed=duties_changed,
            text="\n\n".join(_numbered(row) for row in current.paragraphs),
        )
        version = add_version(
            user=user,
            item=item,
            expected_version=expected_version,
            entry=entry,
            names_no_child=names_no_child,
            now=now,
        )
        _decide(current, SourceChangeState.TAKEN, user, now, "", version)
    return version


def dismiss(*, user: User, change: SourceChange, words: str, now: datetime) -> None:
    """It does not matter here; `words` say why. Raises OutOfReach, Refusal('change_decided' |
    'text_missing' | 'looks_personal' | …)."""
    with transaction.atomic():
        need_keeper(user)
        said = check_words(words)
        if not said:
            raise Refusal("text_missing", "Enter why it does not matter here", "words")
        screened({"words": said}, confirmed=False, now=now)
        _decide(_open(change), SourceChangeState.DISMISSED, user, now, said, None)


def _due(now: datetime) -> QuerySet[GuidanceItem]:
    """Never asked first, then those that were asked longest ago."""
    ready = Q(fetch=None)
    for faults in range(_LONGEST_BACK_OFF + 1):
        count = Q(fetch__faults=faults) if faults < _LONGEST_BACK_OFF else Q(fetch__faults__gte=faults)
        ready |= count & Q(fetch__fetched_at__lte=now - _EVERY * 2**faults)
    return watched().filter(ready).order_by(F("fetch__fetched_at").asc(nulls_first=True), "pk")


def _in_hand(item: GuidanceItem, now: datetime) -> SourceFetch | None:
    """What is known of the page, where no other worker asks for it now."""
    known = SourceFetch.objects.filter(item=item).first()
    if known is None:
        try:
            with transaction.atomic():
                return SourceFetch.objects.create(item=item, fetched_at=now)
        except IntegrityError:
            return None
    if known.fetched_at > now - _EVERY:
        return None
    taken = SourceFetch.objects.filter(pk=known.pk, fetched_at=known.fetched_at).update(fetched_at=now)
    return known if taken else None


def _note_answer(item: GuidanceItem, known: SourceFetch, answer: Answer, now: datetime) -> None:
    with transaction.atomic():
        if answer.status == 304:
            _saved(known, fault="", faults=0)
            _checked(item, CheckResult.SAME, now)
        elif answer.status == 200:
            try:
                page = read_page(answer.body)
            except Refusal as refusal:
                _saved(known, fault=refusal.message[:200], faults=min(known.faults + 1, 100))
                return
            result = CheckResult.CHANGED if _is_news(item, known, page) else CheckResult.SAME
            if result == CheckResult.CHANGED:
                _found(item, page, now)
            _saved(
                known, fault="", faults=0, etag=answer.etag[:200], public_updated_at=page.public_updated_at
            )
            _checked(item, result, now)
        else:
            gone = answer.status in _GONE
            fault = "The page is gone" if gone else answer.fault or f"GOV.UK answered {answer.status}"
            _saved(known, fault=fault[:200], faults=min(known.faults + 1, 100))
            if gone and known.fault != fault:
                _checked(item, CheckResult.GONE, now)


def _is_news(item: GuidanceItem, known: SourceFetch, page: SourcePage) -> bool:
    """Later than the page that was read before; at first, than the newest version on the register."""
    if known.public_updated_at is not None:
        return page.public_updated_at > known.public_updated_at
    newest = item.versions.order_by("-number").values_list("published_on", "received_on").first()
    if newest is None:
        return False
    published, received = newest
    return day_of(page.public_updated_at) > (published or received)


def _found(item: GuidanceItem, page: SourcePage, now: datetime) -> None:
    """Once for each moment at which the issuer changed it."""
    change, made = SourceChange.objects.get_or_create(
        item=item,
        public_updated_at=page.public_updated_at,
        defaults={
            "found_at": now,
            "title": page.title,
            "summary": page.summary,
            "note": page.note,
            "paragraphs": [{"label": "", "text": text} for text in page.paragraphs],
        },
    )
    if made:
        record(
            "guidance_change.found",
            actor=Actor.job("watch-guidance"),
            at=now,
            object_kind="guidance_change",
            object_uid=change.uid,
            detail={"item": item.label},
        )


def _checked(item: GuidanceItem, result: CheckResult, now: datetime) -> None:
    SourceCheck.objects.create(item=item, result=result, words="", at=now, by=None)


def _saved(known: SourceFetch, **values: object) -> None:
    SourceFetch.objects.filter(pk=known.pk).update(**values)


def _open(change: SourceChange) -> SourceChange:
    rows = SourceChange.objects.select_for_update(no_key=True, of=("self",)).select_related("item")
    current = rows.get(pk=change.pk)
    if current.state != SourceChangeState.FOUND:
        raise Refusal("change_decided", "Somebody decided about this change already.")
    return current


def _decide(
    change: SourceChange,
    state: SourceChangeState,
    user: User,
    now: datetime,
    words: str,
    became: GuidanceVersion | None,
) -> None:
    change.state, change.decided_at, change.decided_by = state, now, user
    change.words, change.became = words, became
    change.save(update_fields=["state", "decided_at", "decided_by", "words", "became"])
    record(
        f"guidance_change.{state.value}",
        actor=Actor.person(user),
        at=now,
        object_kind="guidance_change",
        object_uid=change.uid,
        detail={"item": change.item.label, "version": str(became.uid) if became else ""},
    )


def _numbered(row: dict[str, str]) -> str:
    return f"{row['label']}. {row['text']}" if row["label"] else row["text"]
