"""The board's dashboard: which review, which part of it, and what is put beside it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.urls import reverse

from accounts.policy import Action, Thing, allows
from accounts.selectors import User
from dashboards.figures import board as figures
from dashboards.forms import offer
from dashboards.partnership_page import waiting_items
from riskregister.constants import ReviewSection
from riskregister.facts.content import Finding, SectionContent
from riskregister.facts.published import ReviewRecord
from riskregister.selectors import board_reviews
from riskregister.selectors.board_reviews import ReviewLine
from riskregister.selectors.waiting import waiting_for
from safeguarding.kernel.govuk import GovukForm

MONTHS_SHOWN = 24


class ReviewForm(GovukForm):
    """As at which review the page is read."""

    review = forms.ChoiceField(
        label="As at", required=False, error_messages={"invalid_choice": "Select a month from the list"}
    )
    subjects = {"review": "a month"}

    def __init__(self, data: QueryDict, *, lines: Sequence[ReviewLine], default: ReviewLine) -> None:
        filled = data.copy()
        if not filled.get("review"):
            filled["review"] = str(default.uid)
        self.default = default
        super().__init__(filled)
        offer(self, "review", [(str(one.uid), line_words(one)) for one in lines])

    def chosen(self) -> UUID:
        self.is_valid()
        return UUID(self.cleaned_data.get("review") or str(self.default.uid))


class CompareForm(GovukForm):
    """Two reviews to hold side by side."""

    first = forms.ChoiceField(label="Compare", required=False)
    second = forms.ChoiceField(label="with", required=False)
    subjects = {"first": "a month", "second": "a month"}

    def __init__(self, data: QueryDict, *, lines: Sequence[ReviewLine]) -> None:
        filled = data.copy()
        latest, before = lines[0], lines[1] if len(lines) > 1 else lines[0]
        filled["first"] = filled.get("first") or str(before.uid)
        filled["second"] = filled.get("second") or str(latest.uid)
        self.defaults = (str(before.uid), str(latest.uid))
        super().__init__(filled)
        for name in ("first", "second"):
            offer(self, name, [(str(one.uid), line_words(one)) for one in lines])

    def chosen(self) -> tuple[UUID, UUID]:
        self.is_valid()
        first, second = self.defaults
        cleaned = self.cleaned_data
        return UUID(cleaned.get("first") or first), UUID(cleaned.get("second") or second)


class BoardPage:
    """One reader's view of one review, section by section."""

    def __init__(self, user: User, query: QueryDict, *, now: datetime) -> None:
        self.user, self.now, self.query = user, now, query
        self.lines = board_reviews.readable(user, at=now)
        offered = [one for one in self.lines if one.latest]
        self.form = ReviewForm(query, lines=self.lines, default=offered[0]) if offered else None
        self.review = board_reviews.review(user, self.form.chosen(), at=now) if self.form else None

    def context(self) -> dict:
        if self.review is None:
            return {
                "form": None,
                "waiting": waiting_items(waiting_for(self.user, self.now)),
                "compiles": allows(self.user.roles, Action.CREATE, Thing.BOARD_REVIEW),
            }
        code = self._section()
        section = next(one for one in self.review.content.sections if one.code == code)
        context: dict = {
            "form": self.form,
            "review": self.review,
            "section": section,
            "sections": self._navigation(code),
            "beside": [one for one in self.review.beside if one.section == code],
            "first_page": code == ReviewSection.CHANGED,
            "comments": allows(self.user.roles, Action.DECIDE, Thing.BOARD_REVIEW),
            "may_download": allows(self.user.roles, Action.DOWNLOAD, Thing.BOARD_REVIEW)
            and (self.review.published or allows(self.user.roles, Action.CREATE, Thing.BOARD_REVIEW)),
            "following": self._following(code),
        }
        if code == ReviewSection.CHANGED:
            context["findings"] = _findings(self.review)
        if code in (ReviewSection.RISKS, ReviewSection.CHECKS):
            context["chart"] = self._chart(code)
        return context

    def _section(self) -> str:
        asked = self.query.get("section", "")
        return asked if asked in ReviewSection.values else ReviewSection.CHANGED.value

    def _address(self, code: str) -> str:
        review = self.review.uid if self.review else ""
        return f"{reverse('board')}?review={review}&section={code}"

    def _navigation(self, current: str) -> list[dict]:
        """The sections in the board's reading order."""
        return [
            {
                "text": one.title,
                "href": self._address(one.code),
                "current": one.code == current,
                "note": "Nothing to show" if one.missing else "",
            }
            for one in (self.review.content.sections if self.review else ())
        ]

    def _following(self, current: str) -> dict | None:
        sections: Sequence[SectionContent] = self.review.content.sections if self.review else ()
        codes = [one.code for one in sections]
        place = codes.index(current) + 1
        if place >= len(codes):
            return None
        return {"text": sections[place].title, "href": self._address(codes[place])}

    def _chart(self, code: str) -> object:
        review = self.review
        if review is None:
            return None
        months = board_reviews.published_months(review.month, MONTHS_SHOWN)
        if not review.published:
            # The one on the table stands at the end, in place of an earlier version of its month.
            months = [one for one in months if one.month != review.month]
            months.append(board_reviews.on_board(review.month, review.content))
        source = f"Published reviews up to {review.month.name}"
        if not review.published:
            source = f"Published reviews, and that of {review.month.name} as it is before the board"
        if code == ReviewSection.RISKS:
            return figures.risks_chart([(one.month, one.bands) for one in months], source=source)
        return figures.checks_chart([(one.month, one.checks) for one in months], source=source)


def comparison(user: User, query: QueryDict, *, now: datetime) -> dict:
    """Two reviews side by side."""
    lines = board_reviews.readable(user, at=now)
    if not lines:
        return {"form": None}
    form = CompareForm(query, lines=lines)
    found = [board_reviews.review(user, uid, at=now) for uid in form.chosen()]
    first, second = found
    if first is None or second is None:
        return {"form": form}
    return {
        "form": form,
        "first": first,
        "second": second,
        "compared": figures.compare(
            first.content, second.content, names=(record_words(first), record_words(second))
        ),
    }


def line_words(one: ReviewLine) -> str:
    version = f", version {one.version}" if one.version > 1 else ""
    state = "" if one.published else f" ({one.state_words.lower()})"
    return f"{one.month.name}{version}{state}"


def record_words(one: ReviewRecord) -> str:
    version = f", version {one.version}" if one.version > 1 else ""
    return f"{one.month.name}{version}"


def _findings(review: ReviewRecord) -> list[Finding]:
    return [
        block for section in review.content.sections for block in section.blocks if isinstance(block, Finding)
    ]
