"""What is done to a review: signed, sent back, corrected, written beside, commented on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from accounts.proof import fresh_proof
from riskregister.constants import ReviewSection, ReviewState, SignAct
from riskregister.forms.base import as_error
from riskregister.forms.reviews import CommentForm, CorrectForm, NarrativeForm, SendBackForm, SignForm
from riskregister.models import BoardReview
from riskregister.presenters import reviews as presenters
from riskregister.selectors import reviews as selectors
from riskregister.services import signing
from riskregister.views.base import stale_page
from riskregister.views.reviews import opened
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit

_BOTH = require_http_methods(["GET", "HEAD", "POST"])


@_BOTH
@requires(Action.SUBMIT, Thing.BOARD_REVIEW)
def submit_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _sign(
        request,
        uid,
        SignAct.SUBMITTED,
        heading="Put the review before the board",
        submit="Put it before the board",
        said="The review is before the board.",
        hint="Board members can now read and comment on it. It cannot be compiled again unless it is sent"
        " back.",
    )


@_BOTH
@requires(Action.VIEW, Thing.BOARD_REVIEW, within=selectors.AT_WORK)
def send_back_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _sign(
        request,
        uid,
        SignAct.RETURNED,
        heading="Send the review back",
        submit="Send it back",
        said="The review is a draft again.",
        hint="An approval that was given does not count any more.",
    )


@_BOTH
@requires(Action.DECIDE, Thing.BOARD_REVIEW)
@fresh_proof
def approve_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _sign(
        request,
        uid,
        SignAct.APPROVED,
        heading="Approve the review",
        submit="Approve it",
        said="Approved. Another board member publishes it.",
        hint="You sign the content with the digest above. Another board member publishes it; one of you two"
        " is the chair.",
    )


@_BOTH
@requires(Action.DECIDE, Thing.BOARD_REVIEW)
@fresh_proof
def publish_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _sign(
        request,
        uid,
        SignAct.PUBLISHED,
        heading="Publish the review",
        submit="Publish it",
        said="Published and sealed.",
        hint="From now on it is never changed. A correction is a new version with a reason.",
    )


def _sign(
    request: HttpRequest, uid: UUID, act: SignAct, *, heading: str, submit: str, said: str, hint: str
) -> HttpResponse:
    review = opened(request, uid, timezone.now())
    url = reverse("review", args=[uid])
    kind = SendBackForm if act is SignAct.RETURNED else SignForm
    form = kind(request.POST or None, initial={"digest": review.digest})
    step = next((one for one in selectors.steps(review, request.user) if one.act is act), None)
    if request.method != "POST" and (step is None or not step.may):
        messages.error(request, step.refusal if step else "This cannot be done to the review as it stands.")
        return redirect(url)
    if form.is_valid():
        try:
            signing.sign(
                user=request.user,
                review=review,
                act=act,
                expected_digest=form.cleaned_data["digest"],
                words=form.cleaned_data["words"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, said)
            return redirect(url)
    rows = [{"key": "Digest (SHA-256)", "value": review.digest}]
    return _form(request, review, form, heading=heading, submit=submit, hint=hint, rows=rows)


def _form(
    request: HttpRequest,
    review: BoardReview,
    form: Any,
    *,
    heading: str,
    submit: str,
    hint: str,
    rows: list[dict[str, str]] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "caption": f"Board review, {presenters.name_of(review)}",
        "submit": submit,
        "hint": hint,
        "rows": rows,
        "back": reverse("review", args=[review.uid]),
    }
    return render(request, "riskregister/board/step.html", context)


@_BOTH
@requires(Action.CREATE, Thing.BOARD_REVIEW)
def correct_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    now = timezone.now()
    review = opened(request, uid, now)
    form = CorrectForm(request.POST or None)
    if request.method != "POST" and review.state != ReviewState.PUBLISHED:
        raise PermissionDenied
    if form.is_valid():
        try:
            made = signing.start_correction(
                user=request.user, review=review, reason=form.cleaned_data["reason"], now=now
            )
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, f"Version {made.version} is begun. Compile it.")
            return redirect("review", uid=made.uid)
    hint = (
        "The published review stays as it is. The correction is compiled, signed and sealed as a new version."
    )
    return _form(
        request, review, form, heading="Correct the review", submit="Start the correction", hint=hint
    )


@_BOTH
@requires(Action.EDIT, Thing.BOARD_REVIEW)
def write_narrative(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`?section=` names the section; the first one where it names none."""
    now = timezone.now()
    review = opened(request, uid, now)
    section = request.POST.get("section") or request.GET.get("section", "")
    code = ReviewSection(section) if section in ReviewSection.values else ReviewSection.CHANGED
    last = review.narratives.filter(section=code).order_by("-number").first()
    initial = {"number": last.number if last else 0, "text": last.text if last else ""}
    initial |= {"section": code.value}
    form = NarrativeForm(request.POST or None, initial=initial)
    back = f"{reverse('review', args=[uid])}#{code.value}"
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            signing.write_narrative(
                user=request.user,
                review=review,
                section=code,
                text=text,
                expected_number=form.cleaned_data["number"],
                now=now,
            )
        except StaleEdit:
            both = [{"field": "Your comment", "theirs": last.text if last else "", "yours": text}]
            return stale_page(request, both, edit_url=f"{request.path}?section={code.value}", view_url=back)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, f"Your words stand beside “{code.label}”.")
            return redirect(back)
    heading = f"Comment beside “{code.label}”"
    return _form(request, review, form, heading=heading, submit="Save", hint="")


@_BOTH
@requires(Action.DECIDE, Thing.BOARD_REVIEW)
def comment_on_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`?section=` chooses the section."""
    now = timezone.now()
    review = opened(request, uid, now)
    form = CommentForm(request.POST or None, initial={"section": request.GET.get("section", "")})
    if form.is_valid():
        section = form.cleaned_data["section"]
        back = f"{reverse('review', args=[uid])}#{section}"
        try:
            signing.comment(
                user=request.user,
                review=review,
                section=section,
                text=form.cleaned_data["text"],
                token=form.cleaned_data["token"],
                now=now,
            )
        except AlreadyDone:
            messages.info(request, "This comment was already saved.")
            return redirect(back)
        except Refusal as refusal:
            as_error(form, refusal)
        else:
            messages.success(request, "Your comment is saved.")
            return redirect(back)
    hint = "The coordinator and the board read it. It is not part of the review."
    return _form(request, review, form, heading="Comment on the review", submit="Save", hint=hint)
