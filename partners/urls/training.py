"""Pages of the training programme."""

from django.urls import path

from partners.views import training

urlpatterns = [
    path("training/", training.training, name="training"),
    path("training/download/", training.training_export, name="training_export"),
    path("training/courses/add/", training.add_course, name="add_course"),
    path("training/usual/", training.set_usual_demand, name="set_usual_demand"),
    path("training/events/add/", training.add_training_event, name="add_training_event"),
    path("training/events/<uuid:uid>/", training.training_event, name="training_event"),
    path("training/events/<uuid:uid>/change/", training.change_training_event, name="change_training_event"),
    path("training/events/<uuid:uid>/cancel/", training.cancel_training_event, name="cancel_training_event"),
    path(
        "training/events/<uuid:uid>/places/<uuid:organisation>/",
        training.book_training,
        name="book_training",
    ),
    path("training/events/<uuid:uid>/attendance/", training.record_training, name="record_training"),
]
