"""Refusals: what a rule answers when something may not be done."""


class Refusal(Exception):
    """A rule said no. `code` names the rule, `message` tells the person what to do,
    `field` (if any) is the form field that it belongs beside."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class StaleEdit(Refusal):
    """The row has changed since the page was opened."""

    def __init__(self, theirs: int, yours: int) -> None:
        super().__init__(
            "stale_edit",
            "Somebody changed this record while you had it open. Check what changed, then save again.",
        )
        self.theirs = theirs
        self.yours = yours


class AlreadyDone(Refusal):
    """The same form was sent twice; `outcome` is the reference of what the first one made."""

    def __init__(self, outcome: str) -> None:
        super().__init__("already_done", "This was already saved.")
        self.outcome = outcome
