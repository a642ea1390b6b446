"""The public version of a published review: prepared by the coordinator, released or refused by a board
member, taken back by either. Each is one transaction of lock, rules, change and audit event."""

from datetime import datetime

from django.db import transaction

from accounts.audit import Actor, record
from accounts.constants import Role
from accounts.selectors import User
from partners.selectors.belonging import all_names
from riskregister.constants import ReviewState
from riskregister.models import BoardReview, PublicRelease
from riskregister.review.canonical import canonical, digest
from riskregister.review.reading import read
from riskregister.rules import releases as rules
from riskregister.rules.releases import ReleaseFacts, Releaser


def prepare(*, user: User, review: BoardReview, now: datetime) -> PublicRelease:
    """Makes the public version from what is sealed. Raises a Refusal of `rules.may_prepare`."""
    with transaction.atomic():
        # Of two who prepare at once, the second finds the first one's.
        current = BoardReview.objects.select_for_update(no_key=True, of=("self",)).get(pk=review.pk)
        earlier = list(current.releases.order_by("number"))
        rules.may_prepare(ReviewState(current.state), [facts_of(one) for one in earlier], releaser_of(user))
        text = canonical(
            rules.public(
                read(current.content),
                organisations=frozenset(all_names()),
                people=list(User.objects.values_list("name", flat=True)),
            )
        )
        made = PublicRelease.objects.create(
            review=current,
            number=earlier[-1].number + 1 if earlier else 1,
            content=text,
            digest=digest(text),
            prepared_at=now,
            prepared_by=user,
        )
        _audit("prepared", made, user, now)
    return made


def release(*, user: User, release: PublicRelease, now: datetime) -> PublicRelease:
    """From now on anybody may read it. Raises a Refusal of `rules.may_decide`."""
    with transaction.atomic():
        current = _locked(release)
        rules.may_decide(facts_of(current), releaser_of(user))
        current.released_at, current.released_by = now, user
        current.save(update_fields=["released_at", "released_by"])
        _audit("released", current, user, now)
    return current


def refuse(*, user: User, release: PublicRelease, reason: str, now: datetime) -> PublicRelease:
    """It never becomes public; another can be prepared. Raises a Refusal of `rules.may_decide`, `reason`."""
    with transaction.atomic():
        current = _locked(release)
        rules.may_decide(facts_of(current), releaser_of(user))
        current.refused_at, current.refused_by = now, user
        current.refused_reason = rules.reason(reason)
        current.save(update_fields=["refused_at", "refused_by", "refused_reason"])
        _audit("refused", current, user, now)
    return current


def revoke(*, user: User, release: PublicRelease, reason: str, now: datetime) -> PublicRelease:
    """It is no longer public. Raises a Refusal of `rules.may_revoke`, `rules.reason`."""
    with transaction.atomic():
        current = _locked(release)
        rules.may_revoke(facts_of(current), releaser_of(user))
        current.revoked_at, current.revoked_by = now, user
        current.revoked_reason = rules.reason(reason)
        current.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
        _audit("revoked", current, user, now)
    return current


def facts_of(release: PublicRelease) -> ReleaseFacts:
    return ReleaseFacts(
        prepared_by=release.prepared_by_id,
        released=release.released_at is not None,
        refused=bool(release.refused_reason),
        revoked=release.revoked_at is not None,
    )


def releaser_of(user: User) -> Releaser:
    return Releaser(
        key=user.pk,
        board_member=Role.BOARD_MEMBER in user.roles,
        coordinator=Role.COORDINATOR in user.roles,
    )


def _locked(release: PublicRelease) -> PublicRelease:
    rows = PublicRelease.objects.select_for_update(no_key=True, of=("self",)).select_related("review")
    return rows.get(pk=release.pk)


def _audit(act: str, release: PublicRelease, user: User, now: datetime) -> None:
    record(
        f"public_release.{act}",
        actor=Actor.person(user),
        at=now,
        object_kind="public_release",
        object_uid=release.uid,
        detail={
            "month": f"{release.review.month:%Y-%m}",
            "version": release.review.version,
            "number": release.number,
            "digest": release.digest,
        },
    )
