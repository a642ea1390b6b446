"""Pages of guidance: interpretation."""

from django.urls import path

from guidance.views import interpretation, interpretation_steps, time_to_issue, topic_owners

_OF = "guidance/versions/<uuid:uid>"

urlpatterns = [
    path("guidance/work/", interpretation.guidance_work, name="guidance_work"),
    path("guidance/topics/", topic_owners.guidance_topics, name="guidance_topics"),
    path("guidance/time-to-issue/", time_to_issue.guidance_time_to_issue, name="guidance_time_to_issue"),
    path(f"{_OF}/interpretation/", interpretation.interpretation, name="interpretation"),
    path(f"{_OF}/interpretation/write/", interpretation.write_interpretation, name="write_interpretation"),
    path(
        f"{_OF}/interpretation/put-forward/",
        interpretation_steps.submit_interpretation,
        name="submit_interpretation",
    ),
    path(
        f"{_OF}/interpretation/review/",
        interpretation_steps.review_interpretation,
        name="review_interpretation",
    ),
    path(f"{_OF}/assess/", interpretation_steps.assess_guidance, name="assess_guidance"),
    path(f"{_OF}/set-aside/", interpretation_steps.set_aside_guidance, name="set_aside_guidance"),
    path(f"{_OF}/take-up/", interpretation_steps.take_up_guidance, name="take_up_guidance"),
    path(f"{_OF}/take-back/", interpretation_steps.take_back_guidance, name="take_back_guidance"),
    path(f"{_OF}/issue/", interpretation_steps.issue_guidance, name="issue_guidance"),
]
