"""A partnership that is told things: two police forces' worth of people, a trust, and guidance for them."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from guidance.models import GuidanceItem, GuidanceVersion
from operations.models import Notification
from partners.constants import Duty, OrganisationKind
from partners.models import Organisation
from tests.guidance.factories import ISSUED, make_issued, make_item
from tests.partners.factories import make_organisation, represent
from tests.people import person


@dataclass
class World:
    lead: User
    deputy: User
    trust_lead: User
    manager: User
    worker: User
    coordinator: User
    other_coordinator: User
    board: User
    police: Organisation
    trust: Organisation

    def issued(
        self,
        *audiences: str,
        number: int = 1,
        item: GuidanceItem | None = None,
        at: datetime = ISSUED,
        acknowledge_by: date = date(2020, 4, 14),
        **fields,
    ) -> GuidanceVersion:
        """A version for these audiences, issued at `at`."""
        item = item or make_item(audiences=list(audiences or ("police",)))
        made = make_issued(
            item, number, author=self.coordinator, approver=self.other_coordinator, at=at, **fields
        )
        GuidanceVersion.objects.filter(pk=made.pk).update(acknowledge_by=acknowledge_by)
        made.refresh_from_db()
        return made

    def told(self, user: User) -> list[str]:
        """The steps that a person was told of, in order."""
        return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("step", flat=True))


def make_world() -> World:
    lead, deputy, trust_lead = (person("PR", name=name) for name in ("Lou Lead", "Dee Deputy", "Tru Lead"))
    police = make_organisation("Moorland Police", lead=lead)
    represent(deputy, police, Duty.DEPUTY)
    trust = make_organisation("Children’s Trust", OrganisationKind.CHILDRENS_TRUST, lead=trust_lead)
    return World(
        lead=lead,
        deputy=deputy,
        trust_lead=trust_lead,
        manager=person("MG", name="Mo Manager"),
        worker=person("SW", name="Wyn Worker"),
        coordinator=person("CO", name="Cor Coordinator"),
        other_coordinator=person("CO", name="Col Coordinator"),
        board=person("BM", name="Bo Board"),
        police=police,
        trust=trust,
    )
