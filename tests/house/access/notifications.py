"""Pages of notifications: everybody's own, and nobody else's."""

from tests.house.access import SIGNED_IN, Row

ROWS = {
    "notifications": Row(SIGNED_IN),
    "read_all_notifications": Row(None, SIGNED_IN),
    "read_notification": Row(
        None, "PR", ids={"uid": "notification"}, beyond={"uid": "other_notification"}, refused=404
    ),
}


def ids(people, own, other, at) -> dict:
    from operations.models import Notification

    def note(user):
        return Notification.objects.create(
            recipient=user, subject="return:1", step="due", title="Due", text="", href="/", created_at=at
        )

    return {"notification": note(people["PR"]).uid, "other_notification": note(people["AD"]).uid}
