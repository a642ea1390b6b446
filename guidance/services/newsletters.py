"""Newsletters: composed from what was issued in some days, edited, sent. What was sent is fixed."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from accounts.audit import Actor, record
from accounts.selectors import User
from guidance.constants import Channel, DispatchState, NewsletterState, ProofKind
from guidance.facts.dissemination import EntryDraft, Letter
from guidance.models import Dispatch, GuidanceVersion, Newsletter, NewsletterEntry, NewsletterMail
from guidance.rules import dissemination as rules
from guidance.selectors import newsletters as selectors
from guidance.services.base import need_keeper, screened, unchanged, write
from guidance.services.newsletter_mails import deliver, mail_row
from operations.services import lock, once
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of

__all__ = ["compose", "deliver", "discard", "edit", "send", "written"]

# Two newsletters at once take one number after the other.
_NUMBERS = "guidance:newsletter-numbers"
_PROOF = "Newsletter {number}"


def compose(
    *,
    user: User,
    from_date: date,
    until_date: date,
    title: str,
    intro: str,
    names_no_child: bool = True,
    token: UUID | None = None,
    now: datetime,
) -> Newsletter:
    """A draft of everything issued in these days (both included) that was in no newsletter yet, the most
    binding first. Raises AlreadyDone(uid), OutOfReach, Refusal('nothing_issued' | 'period_…' | …)."""
    with transaction.atomic():
        need_keeper(user)
        made = Newsletter(uid=uuid.uuid4(), created_at=now, created_by=user)
        if token:
            once(token=token, purpose="compose_newsletter", user=user, outcome=str(made.uid), now=now)
        rules.check_period(from_date, until_date, today=day_of(now))
        made.from_date, made.until_date = from_date, until_date
        made.title, made.intro = rules.newsletter_title(title), rules.newsletter_intro(intro)
        marks = screened({"title": made.title, "intro": made.intro}, confirmed=names_no_child, now=now)
        versions = selectors.to_tell(from_date, until_date, at=now)
        if not versions:
            raise rules.nothing_issued(from_date, until_date)
        rules.check_size(len(versions))
        lock(_NUMBERS, now=now)
        made.number = (Newsletter.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        made.save(force_insert=True)
        texts = selectors.first_texts(versions)
        _put_in(made, [(version, texts[version.pk]) for version in versions])
        _told("composed", made, user, now, {"entries": len(versions), **marks})
    return made


def edit(
    *,
    user: User,
    newsletter: Newsletter,
    expected_version: int,
    title: str,
    intro: str,
    entries: Sequence[EntryDraft],
    names_no_child: bool = True,
    now: datetime,
) -> Newsletter:
    """Another title or introduction; `entries` in their order replace what is in it. Raises StaleEdit,
    OutOfReach, Refusal('already_sent' | 'nothing_in_it' | 'not_of_these_days' | …)."""
    with transaction.atomic():
        current = _draft(user, newsletter, expected_version)
        rules.check_entries([str(entry.version_uid) for entry in entries])
        offered = {row.uid: row for row in selectors.issued_in(current.from_date, current.until_date)}
        offered |= {row.of.uid: row.of for row in selectors.entries_of(current)}
        put_in = []
        for place, entry in enumerate(entries):
            version = offered.get(entry.version_uid)
            if version is None:
                raise Refusal("not_of_these_days", "Choose guidance that was issued in these days")
            try:
                text = rules.text_for(Channel.NEWSLETTER, entry.text)
            except Refusal as refusal:
                raise Refusal(refusal.code, refusal.message, f"text_{place}") from None
            put_in.append((version, text))
        values = {"title": rules.newsletter_title(title), "intro": rules.newsletter_intro(intro)}
        texts = {f"text_{place}": text for place, (_, text) in enumerate(put_in)}
        marks = screened({**values, **texts}, confirmed=names_no_child, now=now)
        current.entries.all().delete()
        _put_in(current, put_in)
        write(current, **values)
        _told("edited", current, user, now, {"entries": len(put_in), **marks})
    return current


def discard(*, user: User, newsletter: Newsletter, expected_version: int, now: datetime) -> None:
    """A draft that is not wanted is gone; its number with it. Raises StaleEdit, OutOfReach,
    Refusal('already_sent')."""
    with transaction.atomic():
        current = _draft(user, newsletter, expected_version)
        current.entries.all().delete()
        current.delete()
        _told("discarded", current, user, now, {"number": current.number})


def send(*, user: User, newsletter: Newsletter, expected_version: int, now: datetime) -> Newsletter:
    """Fixes the newsletter as it reads, and puts a mail to each recipient in the queue (`deliver` sends
    them). Each piece of guidance in it counts as sent through the newsletter. Raises StaleEdit, OutOfReach,
    Refusal('already_sent' | 'nothing_in_it' | 'followed')."""
    with transaction.atomic():
        current = _draft(user, newsletter, expected_version)
        entries = selectors.entries_of(current)
        rules.check_entries([str(entry.of.uid) for entry in entries])
        if late := selectors.followed([entry.of_id for entry in entries], at=now):
            raise rules.followed([version.item.label for version in late])
        html, plain = written(selectors.letter(current, entries))
        audiences, day = selectors.audiences_of(entries), day_of(now)
        people = list(selectors.people_told(audiences, day))
        mailboxes = selectors.mailboxes_told(audiences, day)
        taken = {person.email.casefold() for person in people}
        mails = [mail_row(current, recipient=person) for person in people]
        for organisation, address in mailboxes.items():
            # An address that is a person's, or two organisations', gets it once.
            if address.casefold() not in taken:
                taken.add(address.casefold())
                mails.append(mail_row(current, organisation=organisation))
        _mark_sent(current, entries, user, now)
        write(current, state=NewsletterState.SENT, html=html, plain=plain, sent_at=now, sent_by=user)
        NewsletterMail.objects.bulk_create(mails)
        _told("sent", current, user, now, {"entries": len(entries), "mails": len(mails)})
    return current


def written(letter: Letter) -> tuple[str, str]:
    """The mail's two parts: HTML and plain text, of the same words."""
    context = {"letter": letter}
    html = render_to_string("guidance/newsletters/mail.html", context)
    plain = render_to_string("guidance/newsletters/mail.txt", context)
    return html, plain.strip() + "\n"


def _mark_sent(newsletter: Newsletter, entries: list[NewsletterEntry], user: User, now: datetime) -> None:
    """A text that was planned for the newsletter is sent with it; else the entry is what was sent."""
    planned: dict[int, Dispatch] = {}
    for row in Dispatch.objects.filter(selectors.planned_for(entry.of_id for entry in entries)):
        planned.setdefault(row.of_id, row)
    sent: dict[str, Any] = {
        "state": DispatchState.SENT,
        "sent_at": now,
        "sent_by": user,
        "marked_at": now,
        "proof_kind": ProofKind.REFERENCE,
        "proof": _PROOF.format(number=newsletter.number),
        "newsletter": newsletter,
    }
    new = []
    for entry in entries:
        audiences = rules.told_by_newsletter(entry.of.item.audiences)
        if not audiences:
            continue
        if entry.of_id in planned:
            write(planned[entry.of_id], text=entry.text, audiences=audiences, **sent)
        else:
            new.append(
                Dispatch(
                    of=entry.of, channel=Channel.NEWSLETTER, audiences=audiences, text=entry.text,
                    planned_at=now, planned_by=user, **sent,
                )
            )  # fmt: skip
    Dispatch.objects.bulk_create(new)


def _put_in(newsletter: Newsletter, entries: Sequence[tuple[GuidanceVersion, str]]) -> None:
    NewsletterEntry.objects.bulk_create(
        NewsletterEntry(newsletter=newsletter, of=version, position=position, text=text)
        for position, (version, text) in enumerate(entries, 1)
    )


def _draft(user: User, newsletter: Newsletter, expected_version: int) -> Newsletter:
    """The newsletter, locked, that may still be changed."""
    need_keeper(user)
    current = Newsletter.objects.select_for_update(no_key=True, of=("self",)).get(pk=newsletter.pk)
    rules.check_draft(current.state)
    unchanged(current, expected_version)
    return current


def _told(verb: str, newsletter: Newsletter, user: User, now: datetime, detail: dict[str, Any]) -> None:
    record(
        f"guidance_newsletter.{verb}",
        actor=Actor.person(user),
        at=now,
        object_kind="guidance_newsletter",
        object_uid=newsletter.uid,
        detail=detail,
    )
