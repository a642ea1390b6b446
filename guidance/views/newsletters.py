"""Newsletters: composed, edited, looked at, sent, and what became of their mails."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.constants import NewsletterState
from guidance.forms.base import VersionForm
from guidance.forms.dissemination import ComposeForm, EditNewsletterForm
from guidance.models import Newsletter
from guidance.presenters import newsletters as presenters
from guidance.selectors import newsletters as selectors
from guidance.selectors.dissemination import checks, keeps
from guidance.services import newsletters as services
from guidance.views.base import page_of, refuse, stale_page
from guidance.views.dissemination import EVERY
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from safeguarding.kernel.periods import day_of


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def newsletters(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.listed(request.user))
    context = {
        "page_obj": page,
        "table": presenters.newsletters_table(page.object_list),
        "may_compose": keeps(request.user),
    }
    return render(request, "guidance/newsletters/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.CREATE, Thing.GUIDANCE)
def compose_newsletter(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    initial = ComposeForm.first_answers(day_of(now), selectors.last_day())
    form = ComposeForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            made = services.compose(user=request.user, now=now, **form.cleaned_data)
        except AlreadyDone as done:
            messages.info(request, "This was already saved. It is shown below.")
            return redirect("newsletter", uid=done.outcome)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Newsletter composed. Read it, change what you like, then send it.")
            return redirect("newsletter", uid=made.uid)
    return render(request, "guidance/newsletters/compose.html", {"form": form})


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def newsletter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """As it reads, on the page and on paper."""
    shown = _newsletter(request, uid)
    is_draft = shown.state == NewsletterState.DRAFT
    context = {
        "newsletter": shown,
        "letter": selectors.letter(shown, selectors.entries_of(shown)),
        "tag": presenters.state_tag(shown),
        "days": presenters.days_of(shown.from_date, shown.until_date),
        "may_edit": is_draft and keeps(request.user),
        "may_check": not is_draft and checks(request.user),
        "is_draft": is_draft,
    }
    return render(request, "guidance/newsletters/newsletter.html", context)


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE)
def newsletter_plain(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The mail's plain part: as it was sent, or as it would be."""
    shown = _newsletter(request, uid)
    plain = shown.plain or services.written(selectors.letter(shown, selectors.entries_of(shown)))[1]
    return HttpResponse(plain, content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def edit_newsletter(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = _draft(request, uid)
    offered = selectors.offered(shown)
    initial = {"title": shown.title, "intro": shown.intro, "version": shown.version}
    form = EditNewsletterForm(request.POST or None, offered=offered, initial=initial)
    back = reverse("newsletter", args=[uid])
    if form.is_valid():
        answers = form.cleaned_data
        try:
            services.edit(
                user=request.user,
                newsletter=shown,
                expected_version=answers["version"],
                title=answers["title"],
                intro=answers["intro"],
                entries=form.entries(),
                names_no_child=answers["names_no_child"],
                now=timezone.now(),
            )
        except StaleEdit:
            typed = {**answers, "entries": form.typed()}
            texts = presenters.theirs_yours(Newsletter.objects.get(pk=shown.pk), typed)
            return stale_page(request, texts, edit_url=request.path, view_url=back)
        except Refusal as refusal:
            refusal.field = form.field_of(refusal.field)
            refuse(form, refusal)
        else:
            messages.success(request, "Newsletter saved.")
            return redirect(back)
    return render(request, "guidance/newsletters/edit.html", {"form": form, "newsletter": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def send_newsletter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The last look before it goes: whom it goes to."""
    shown = _draft(request, uid)
    now = timezone.now()
    entries = selectors.entries_of(shown)
    audiences = selectors.audiences_of(entries)
    form = VersionForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        try:
            services.send(
                user=request.user,
                newsletter=shown,
                expected_version=form.cleaned_data["version"],
                now=now,
            )
        except StaleEdit:
            texts = presenters.theirs_yours(Newsletter.objects.get(pk=shown.pk), {})
            page = reverse("newsletter", args=[uid])
            return stale_page(request, texts, edit_url=request.path, view_url=page)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "Sent. The mails go out within minutes.")
            return redirect("newsletter_deliveries", uid=uid)
    context = {
        "newsletter": shown,
        "form": form,
        "size": len(entries),
        "people": selectors.people_told(audiences, day_of(now)).count(),
        "mailboxes": len(selectors.mailboxes_told(audiences, day_of(now))),
    }
    return render(request, "guidance/newsletters/send.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.WITHDRAW, Thing.GUIDANCE)
def discard_newsletter(request: HttpRequest, uid: UUID) -> HttpResponse:
    shown = _draft(request, uid)
    form = VersionForm(request.POST or None, initial={"version": shown.version})
    if form.is_valid():
        try:
            services.discard(
                user=request.user,
                newsletter=shown,
                expected_version=form.cleaned_data["version"],
                now=timezone.now(),
            )
        except StaleEdit:
            texts = presenters.theirs_yours(Newsletter.objects.get(pk=shown.pk), {})
            page = reverse("newsletter", args=[uid])
            return stale_page(request, texts, edit_url=request.path, view_url=page)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The draft is gone. What it was composed of is where it was.")
            return redirect("newsletters")
    return render(request, "guidance/newsletters/discard.html", {"newsletter": shown, "form": form})


@require_safe
@requires(Action.VIEW, Thing.GUIDANCE, within=EVERY)
def newsletter_deliveries(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of each mail, without an address."""
    shown = _newsletter(request, uid)
    if shown.state == NewsletterState.DRAFT:
        raise Http404
    page = page_of(request, selectors.mails_of(shown))
    count = selectors.mail_count(shown)
    context = {
        "newsletter": shown,
        "page_obj": page,
        "stats": presenters.delivery_lines(count),
        "table": presenters.mails_table(page.object_list),
    }
    return render(request, "guidance/newsletters/deliveries.html", context)


def _newsletter(request: HttpRequest, uid: UUID) -> Newsletter:
    return get_object_or_404(selectors.visible(request.user), uid=uid)


def _draft(request: HttpRequest, uid: UUID) -> Newsletter:
    """A form opens only on a draft; what is sent from one opened earlier, the service refuses by name."""
    found = _newsletter(request, uid)
    if request.method != "POST" and found.state != NewsletterState.DRAFT:
        raise PermissionDenied
    return found
