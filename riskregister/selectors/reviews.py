"""Reviews for their pages: which months there are, who may do what, and why not."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.constants import Permission, Role
from accounts.policy import Action, Scope, Thing, allows, scopes
from accounts.selectors import User
from riskregister.constants import ReviewState, SignAct
from riskregister.models import BoardReview, Comment
from riskregister.rules import reviews as rules
from riskregister.rules.reviews import ReviewFacts, Signer
from safeguarding.kernel.errors import Refusal

# Who works on reviews before they are published: the coordinator and the board.
AT_WORK = frozenset({Scope.ALL, Scope.INVITED})
_WORDS = "Words, to see the state"


@dataclass(frozen=True)
class Step:
    """An act that the state of a review allows; `refusal`: why this reader may not do it, "": they may."""

    act: SignAct
    refusal: str

    @property
    def may(self) -> bool:
        return not self.refusal


def visible(user: User, *, at: datetime) -> QuerySet[BoardReview]:
    return BoardReview.objects.visible_to(user, at=at).select_related(
        "compiled_by", "submitted_by", "approved_by", "published_by", "corrects"
    )


def at_work(user: User) -> bool:
    return bool(scopes(user.roles, Action.VIEW, Thing.BOARD_REVIEW) & AT_WORK)


def facts_of(review: BoardReview) -> ReviewFacts:
    """What the rules of signing go by."""
    approval = review.signatures.filter(act=SignAct.APPROVED).order_by("-at", "-pk").first()
    return ReviewFacts(
        state=ReviewState(review.state),
        compiled=bool(review.content),
        compiled_by=review.compiled_by_id,
        submitted_by=review.submitted_by_id,
        approved_by=review.approved_by_id,
        approved_by_chair=bool(review.approved_by_id and approval and approval.chair),
    )


def signer_of(user: User) -> Signer:
    return Signer(
        key=user.pk,
        board_member=Role.BOARD_MEMBER in user.roles,
        coordinator=Role.COORDINATOR in user.roles,
        chair=Role.BOARD_MEMBER in user.roles and user.holds(Permission.CHAIR),
    )


def steps(review: BoardReview, user: User) -> list[Step]:
    """The acts that the review's state allows, each with why this reader may not, if so."""
    facts, signer = facts_of(review), signer_of(user)
    found = []
    for act, (states, _) in rules.MOVES.items():
        if facts.state not in states:
            continue
        try:
            rules.move(facts, act, signer, words=_WORDS)
            refusal = ""
        except Refusal as no:
            refusal = no.message
        found.append(Step(act, refusal))
    return found


def comments_of(review: BoardReview, user: User) -> list[Comment]:
    """Remarks of board members; only who works on reviews reads them."""
    if not at_work(user):
        return []
    return list(review.comments.select_related("by").order_by("at", "pk"))


def versions_of(review: BoardReview, user: User, *, at: datetime) -> list[BoardReview]:
    """The other versions of its month that this reader may open, the latest first."""
    rows = BoardReview.objects.visible_to(user, at=at).filter(month=review.month).exclude(pk=review.pk)
    return list(rows.order_by("-version"))


def may(user: User, action: Action) -> bool:
    return allows(user.roles, action, Thing.BOARD_REVIEW)
