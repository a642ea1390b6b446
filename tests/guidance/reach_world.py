"""Guidance that was issued before two partners sent their returns."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from guidance.models import GuidanceItem, GuidanceVersion
from partners.facts.questions import GivenAnswer
from partners.models import Return
from tests.guidance.factories import ISSUED, make_issued, make_item
from tests.partners import return_world
from tests.partners.return_world import ANSWERS, NOW
from tests.people import person

__all__ = ["NOW", "World", "make_world"]


@dataclass
class World:
    keeper: User
    approver: User
    partners: return_world.World

    def issued(self, item: GuidanceItem | None = None, number: int = 1, **fields) -> GuidanceVersion:
        """Of guidance for the police, before any return was sent."""
        return make_issued(
            item or make_item(audiences=["police"]),
            number,
            author=self.keeper,
            approver=self.approver,
            **{"at": ISSUED} | fields,
        )

    def says(self, level: str, cycle: int = 1, *, other: bool = False) -> Return:
        """A partner's return with this answer to the question "level"."""
        answers = {**ANSWERS, "level": GivenAnswer(level)}
        if level == "paused":
            answers["why_paused"] = GivenAnswer("Nobody is there")
        return self.partners.sent(cycle, answers, self.partners.other if other else None)

    def opened(self, cycle: int) -> datetime:
        return self.partners.cycles[cycle - 1].opens_at


def make_world() -> World:
    """Two police forces take part: "Own police" and "Other trust"."""
    return World(
        person("CO", name="Kay Keeper"), person("CO", name="Abel Approver"), return_world.make_world()
    )
