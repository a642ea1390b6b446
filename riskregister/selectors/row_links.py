"""Where the rows that a review rests on are shown, and which of them a reader may open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import NoReverseMatch, resolve, reverse

from accounts.policy import Scope, allows, scopes
from accounts.selectors import User
from guidance.selectors.reach import visible_items
from partners.selectors.reach import REACHED, within_reach
from riskregister.facts.content import Ref
from riskregister.models import Challenge, Decision, Escalation, Risk, Signal

# The page of each kind of row that has one: its URL name, and whether the row's uid is its argument.
REF_URLS: dict[str, tuple[str, bool]] = {
    "action": ("action", True),
    "backlog": ("backlog", True),
    "challenge": ("challenge", True),
    "concern": ("concern", True),
    "cycle": ("cycle", True),
    "decision": ("board_decision", True),
    "dependency": ("dependencies", False),
    "easement": ("easements", False),
    "escalation": ("escalation", True),
    "guidance": ("guidance_item", True),
    "guidance_list": ("guidance", False),
    "organisation": ("organisation", True),
    "oversight": ("oversight", False),
    "plan": ("recovery_plan", True),
    "return": ("return", True),
    "risk": ("risk", True),
    "series": ("series", True),
    "service": ("service_commitment", True),
    "signal": ("signal", True),
    "training": ("training", False),
    "visit_rate": ("visiting", False),
}
# Pages of one record, where what is put right is looked at row by row.
_KINDS = {name: kind for kind, (name, by_uid) in REF_URLS.items() if by_uid}
_OWN: dict[str, Callable[[User, datetime], QuerySet]] = {
    "challenge": lambda user, at: Challenge.objects.visible_to(user, at=at),
    "decision": lambda user, at: Decision.objects.visible_to(user, at=at),
    "escalation": lambda user, at: Escalation.objects.visible_to(user, at=at),
    "guidance": lambda user, at: visible_items(user, at=at),
    "risk": lambda user, at: Risk.objects.visible_to(user, at=at),
    "signal": lambda user, at: Signal.objects.visible_to(user, at=at),
}


@dataclass(frozen=True)
class Link:
    text: str
    # "": the reader may not open it, or it has no page.
    href: str


class Links:
    """The links of one reader on one page; at most one query for each kind of row, whatever the number."""

    def __init__(self, user: User | None, *, at: datetime) -> None:
        self._user, self._at = user, at
        self._reach: dict[str, frozenset[str] | None] = {}
        self._open: dict[str, bool] = {}

    def of(self, ref: Ref) -> Link:
        name, by_uid = REF_URLS.get(ref.kind, ("", False))
        href = self.to(name, (ref.uid,) if by_uid else ()) if name else ""
        return Link(ref.label, href)

    def to(self, name: str, args: tuple[str, ...] = ()) -> str:
        """The address of a page, or "" where the reader may not open it."""
        if self._user is None or not name:
            return ""
        try:
            url = reverse(name, args=args)
        except NoReverseMatch:
            return ""
        if name not in self._open:
            self._open[name] = _opens(self._user, url)
        if not self._open[name] or not self._within(name, args):
            return ""
        return url

    def _within(self, name: str, args: tuple[str, ...]) -> bool:
        kind = _KINDS.get(name)
        if not args or kind is None:
            return True
        if kind not in self._reach:
            self._reach[kind] = self._rows(kind, name, args)
        reach = self._reach[kind]
        return reach is None or args[0] in reach

    def _rows(self, kind: str, name: str, args: tuple[str, ...]) -> frozenset[str] | None:
        """What the reader may open of a kind; None: all of it."""
        action, thing, _ = resolve(reverse(name, args=args)).func.access  # type: ignore[attr-defined]
        if self._user is None or Scope.ALL in scopes(self._user.roles, action, thing):
            return None
        if kind in REACHED:
            return within_reach(kind, self._user, at=self._at)
        if kind in _OWN:
            rows = _OWN[kind](self._user, self._at)
            return frozenset(str(uid) for uid in rows.values_list("uid", flat=True))
        return None


def _opens(user: User, url: str) -> bool:
    """Whether the page's own mark lets the reader in."""
    access = getattr(resolve(url).func, "access", None)
    if isinstance(access, tuple):
        action, thing, permission = access
        return allows(user.roles, action, thing) and (permission is None or user.holds(permission))
    return access in ("public", "signed in")
