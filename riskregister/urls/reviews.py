"""Pages of the monthly review."""

from django.urls import path

from riskregister.views import review_steps, reviews

_ONE = "board/reviews/<uuid:uid>/"

urlpatterns = [
    path("board/reviews/", reviews.reviews, name="reviews"),
    path("board/reviews/compile/", reviews.compile_review, name="compile_review"),
    path(_ONE, reviews.review, name="review"),
    path(f"{_ONE}run/", reviews.review_run, name="review_run"),
    path(f"{_ONE}submit/", review_steps.submit_review, name="submit_review"),
    path(f"{_ONE}send-back/", review_steps.send_back_review, name="send_back_review"),
    path(f"{_ONE}approve/", review_steps.approve_review, name="approve_review"),
    path(f"{_ONE}publish/", review_steps.publish_review, name="publish_review"),
    path(f"{_ONE}correct/", review_steps.correct_review, name="correct_review"),
    path(f"{_ONE}beside/", review_steps.write_narrative, name="write_narrative"),
    path(f"{_ONE}comment/", review_steps.comment_on_review, name="comment_on_review"),
]
