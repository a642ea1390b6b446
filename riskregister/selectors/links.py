"""What a risk is linked to, for who may see it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.selectors import User
from guidance.selectors.links import linkable_items
from partners.selectors import linkable
from riskregister.constants import LinkKind
from riskregister.models import Risk, RiskLink, Signal
from safeguarding.kernel.periods import day_of
from visits.selectors.flags import kinds_to_raise

Named = list[tuple[str, str]]
# Pages of what is linked, where there is one.
PAGES = {
    LinkKind.CONCERN: "concern",
    LinkKind.GUIDANCE: "guidance_item",
    LinkKind.PLAN: "recovery_plan",
    LinkKind.BACKLOG: "backlog",
    LinkKind.SERVICE: "service_commitment",
    LinkKind.SIGNAL: "signal",
}
OFFERED = (
    LinkKind.QUESTION,
    LinkKind.CONCERN,
    LinkKind.GUIDANCE,
    LinkKind.PLAN,
    LinkKind.BACKLOG,
    LinkKind.SERVICE,
    LinkKind.FLAG_KIND,
    LinkKind.SIGNAL,
)


@dataclass(frozen=True)
class Linked:
    link: RiskLink
    # "": the reader may not see what it is.
    words: str
    # Name of its page; "": it has none, or the reader may not open it.
    page: str


def targets(kind: str, user: User, *, at: datetime) -> Named:
    """What of a kind `user` may link to: (target, words). One or two queries."""
    if kind == LinkKind.QUESTION:
        return linkable.questions()
    if kind == LinkKind.FLAG_KIND:
        return [(one.code, one.name) for one in kinds_to_raise(on=day_of(at))]
    if kind == LinkKind.SIGNAL:
        rows = Signal.objects.visible_to(user, at=at).values_list("uid", "title")
        return [(str(uid), title) for uid, title in rows]
    of_partners = {
        LinkKind.CONCERN: linkable.concerns,
        LinkKind.GUIDANCE: linkable_items,
        LinkKind.PLAN: linkable.plans,
        LinkKind.BACKLOG: linkable.backlogs,
        LinkKind.SERVICE: linkable.services,
    }
    read = of_partners.get(LinkKind(kind))
    return read(user, at) if read else []


def linked(risk: Risk, user: User, *, at: datetime) -> list[Linked]:
    """The links of a risk, by kind; the number of queries depends on how many kinds there are alone."""
    rows = list(risk.links.filter(removed_at=None))
    known = {kind: dict(targets(kind, user, at=at)) for kind in {row.kind for row in rows}}
    return [_linked(row, known[row.kind]) for row in rows]


def _linked(row: RiskLink, known: dict[str, str]) -> Linked:
    # A question or kind of flag that is no longer in use keeps the words it was linked by.
    coded = row.kind in (LinkKind.QUESTION, LinkKind.FLAG_KIND)
    words = known.get(row.target) or (row.label if coded else "")
    page = PAGES.get(LinkKind(row.kind), "") if row.target in known else ""
    return Linked(row, words, page)
