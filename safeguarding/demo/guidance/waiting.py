"""A list of the present that somebody pasted and has not looked through yet."""

from datetime import timedelta

from guidance.services.lists import read as read_list
from safeguarding.demo.guidance.ground import OFFICER, Desk, read, uid


def store(desk: Desk) -> None:
    if not desk.ground.resumed_on:
        return
    words = read("words")["list"]
    at = desk.at - timedelta(hours=14)
    made = read_list(user=desk.person(OFFICER), name=words["name"], text=words["text"], now=at)
    # The same in every load.
    made.uid = uid("list", words["name"])
    made.save(update_fields=["uid"])
