"""Who sees to guidance on each topic."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.policy import Action, Thing
from guidance.constants import Topic
from guidance.forms.interpretation import TopicOwnerForm
from guidance.presenters import interpretation as presenters
from guidance.selectors import interpretation as selectors
from guidance.services import interpretation as services
from guidance.views.base import refuse
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT, Thing.GUIDANCE)
def guidance_topics(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    keepers = {str(one.uid): one for one in selectors.keepers()}
    form = TopicOwnerForm(
        request.POST or None,
        owners=[(one.uid, one.name) for one in keepers.values()],
        initial={"from_date": today},
    )
    if form.is_valid():
        answers = form.cleaned_data
        try:
            services.set_topic_owner(
                user=request.user,
                topic=answers["topic"],
                owner=keepers.get(answers["owner"]),
                from_date=answers["from_date"],
                now=now,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Saved for {Topic(answers['topic']).label.lower()}.")
            return redirect("guidance_topics")
    table = presenters.topics_table(selectors.topic_owners(today), Topic.choices)
    return render(request, "guidance/interpretation/topics.html", {"form": form, "table": table})
