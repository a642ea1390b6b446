"""Changes to people. Each is one transaction: lock, rules, change, audit event."""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import rules
from accounts.audit import Actor, record
from accounts.constants import DORMANT_AFTER_DAYS, Role
from accounts.models import AuditEvent, Grant, User
from safeguarding.kernel.errors import Refusal


@transaction.atomic
def create_person(*, email: str, name: str, job_title: str, right: str, by: User, now: datetime) -> User:
    """Makes an account without a password (its owner chooses one by a link) and gives it its first
    role. Raises Refusal."""
    giver = _facts(by)
    rules.may_invite(giver, right)
    user = _new_account(email, name, job_title, by=by, now=now)
    rules.may_stand_together(frozenset({right}))
    record("account.created", actor=Actor.person(by), at=now, object_kind="account", object_uid=user.uid)
    _grant(user, right, by=by, actor=Actor.person(by), now=now)
    return user


def _new_account(email: str, name: str, job_title: str, *, by: User | None, now: datetime) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email, None, name=name, job_title=job_title, created_at=now, created_by=by
            )
    except IntegrityError:
        raise Refusal(
            "email_taken", "There is an account with this email address already.", "email"
        ) from None


def check_invitable(user: User, *, by: User) -> None:
    """Raises Refusal where `by` may not make this person a link to choose a password."""
    rules.may_make_link(took_second_factor_off=_has_done("second_factor.reset", user, by))


@transaction.atomic
def invited(user: User, *, by: User, now: datetime, how: str) -> None:
    """Notes that a link to choose a password was made; `how` it went: 'email' or 'shown'."""
    record(
        "account.invited",
        actor=Actor.person(by),
        at=now,
        object_kind="account",
        object_uid=user.uid,
        detail={"how": how},
    )


@transaction.atomic
def give_right(*, holder: User, right: str, by: User, now: datetime) -> Grant:
    """Gives a role or permission; an administrator's waits until `confirm_right`. Raises Refusal."""
    holder = _locked(holder)
    rules.may_give(_facts(by), _facts(holder), right)
    return _grant(holder, right, by=by, actor=Actor.person(by), now=now)


def _grant(holder: User, right: str, *, by: User | None, actor: Actor, now: datetime) -> Grant:
    second = by is not None and rules.needs_second(right)
    grant = Grant.objects.create(user=holder, right=right, granted_at=now, granted_by=by, needs_second=second)
    waits = {"waits_for_second": True} if second else {}
    _note("right.given", holder, actor, now, right=right, **waits)
    return grant


@transaction.atomic
def confirm_right(*, holder: User, grant_uid: UUID, by: User, now: datetime) -> None:
    """The second administrator's word. Raises Refusal, or Grant.DoesNotExist."""
    holder = _locked(holder)
    grant = Grant.objects.select_related("granted_by").get(user=holder, uid=grant_uid)
    waiting = grant.needs_second and grant.seconded_at is None and grant.ended_at is None
    giver_uid = grant.granted_by.uid if grant.granted_by else None
    rules.may_confirm(_facts(by), holder.uid, giver_uid, waiting=waiting)
    Grant.objects.filter(pk=grant.pk).update(seconded_at=now, seconded_by=by)
    _note("right.confirmed", holder, Actor.person(by), now, right=grant.right)


@transaction.atomic
def end_right(*, holder: User, grant_uid: UUID, by: User, now: datetime) -> None:
    """Raises Refusal, or Grant.DoesNotExist where it is not held (any more)."""
    holder = _locked(holder)
    grant = Grant.objects.get(user=holder, uid=grant_uid, ended_at=None)
    rules.may_end(_facts(by), _facts(holder), grant.right, other_administrators=_other_administrators(holder))
    Grant.objects.filter(pk=grant.pk).update(ended_at=now, ended_by=by)
    _note("right.ended", holder, Actor.person(by), now, right=grant.right)


@transaction.atomic
def switch_off(*, holder: User, by: User, now: datetime) -> None:
    """Dead on the next request. Raises Refusal."""
    holder = _locked(holder)
    rules.may_switch_off(_facts(by), _facts(holder), other_administrators=_other_administrators(holder))
    _set_active(holder, False, Actor.person(by), now)


@transaction.atomic
def switch_on(*, holder: User, by: User, now: datetime) -> None:
    """Raises Refusal. The person signs in as before; 90 days count anew from now."""
    holder = _locked(holder)
    rules.may_switch_on(_facts(by), _facts(holder))
    _set_active(holder, True, Actor.person(by), now)


def _set_active(holder: User, active: bool, actor: Actor, now: datetime, **detail: str | int) -> None:
    changed = {"is_active": active, **({"switched_on_at": now} if active else {})}
    User.objects.filter(pk=holder.pk).update(**changed)
    _note("account.switched_on" if active else "account.switched_off", holder, actor, now, **detail)


@transaction.atomic
def take_second_factor_off(*, holder: User, by: User, now: datetime) -> None:
    """For somebody who lost their phone and their recovery codes: they set it up anew at the next
    sign-in, and open sessions lose what needs it. Raises Refusal."""
    holder = _locked(holder)
    made_link = _has_done("account.invited", holder, by)
    rules.may_take_second_factor_off(_facts(by), _facts(holder), made_link=made_link)
    Authenticator.objects.filter(user=holder).delete()
    _note("second_factor.reset", holder, Actor.person(by), now)


def _has_done(action: str, holder: User, by: User) -> bool:
    """Whether `by` has done this to the account since its owner last signed in."""
    done = AuditEvent.objects.filter(action=action, object_uid=holder.uid, actor_uid=by.uid)
    return (done.filter(at__gt=holder.last_login) if holder.last_login else done).exists()


@transaction.atomic
def create_administrator(*, email: str, name: str, os_user: str, now: datetime) -> User:
    """An administrator made by the operator of the server, whose word stands for the second one's.
    Raises Refusal."""
    user = _new_account(email, name, "", by=None, now=now)
    actor = Actor.command(os_user)
    record("account.created", actor=actor, at=now, object_kind="account", object_uid=user.uid)
    _grant(user, Role.ADMINISTRATOR, by=None, actor=actor, now=now)
    return user


@transaction.atomic
def switch_off_dormant(*, actor: Actor, now: datetime) -> int:
    """Switches off the accounts that nobody has used for DORMANT_AFTER_DAYS; how many. The last
    administrator stays, or nobody could switch anybody on."""
    since = now - timedelta(days=DORMANT_AFTER_DAYS)
    unused = Q(last_login__lt=since) | Q(last_login=None, created_at__lt=since)
    dormant = list(
        User.objects.select_for_update(no_key=True)
        .filter(unused, is_active=True, is_demo=False)
        .exclude(switched_on_at__gte=since)
        .order_by("last_login", "pk")
    )
    switched = 0
    for user in dormant:
        if Role.ADMINISTRATOR in user.roles and not _other_administrators(user):
            continue
        _set_active(user, False, actor, now, unused_days=DORMANT_AFTER_DAYS)
        switched += 1
    return switched


def _locked(user: User) -> User:
    """The row as it is now, held until the transaction ends together with those of all
    administrators, in one order: changes to rights follow each other, also where two
    administrators switch each other off at the same moment."""
    administrators = User.objects.holding(Role.ADMINISTRATOR).values("pk")
    held = User.objects.filter(Q(pk=user.pk) | Q(pk__in=administrators)).order_by("pk")
    return next(row for row in held.select_for_update(no_key=True) if row.pk == user.pk)


def _facts(user: User) -> rules.Person:
    grants = list(user.grants.filter(ended_at=None))
    in_force = frozenset(g.right for g in grants if not g.needs_second or g.seconded_at)
    return rules.Person(user.uid, in_force, frozenset(g.right for g in grants), user.is_active)


def _other_administrators(user: User) -> int:
    return User.objects.holding(Role.ADMINISTRATOR).exclude(pk=user.pk).count()


def _note(action: str, holder: User, actor: Actor, now: datetime, **detail: str | int | bool) -> None:
    record(action, actor=actor, at=now, object_kind="account", object_uid=holder.uid, detail=detail)
