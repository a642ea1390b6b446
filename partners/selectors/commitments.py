"""The register of services and commitments, read as it was known at a moment."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from accounts.selectors import User
from partners.constants import Theme
from partners.facts.plans import Contradiction, LevelFact, Partner, ServiceFact, Statement
from partners.facts.questions import SubmittedReturn
from partners.models import Service, ServiceLevelChange
from partners.rules import services as rules
from partners.rules.answers import asked, reading, shown
from partners.selectors.plan_reach import partners_on
from safeguarding.kernel.periods import day_of


def visible(user: User, *, at: datetime) -> QuerySet[Service]:
    return Service.objects.visible_to(user, at=at).select_related("organisation")


def levels_of(service: Service) -> list[ServiceLevelChange]:
    """Its levels in order, without plans that were given up."""
    return list(service.levels.filter(withdrawn_at=None).order_by("from_date", "pk"))


def services_at(day: date, at: datetime) -> list[ServiceFact]:
    """Services of plans that were submitted by `at`, at their level on `day` and with the changes planned
    after it, by what was on record at `at`. By organisation and name; two queries."""
    submitted = Service.objects.filter(organisation__recovery_plan__submitted_at__lte=at)
    return service_facts(submitted, day, at)


def service_facts(rows: QuerySet[Service], day: date, at: datetime) -> list[ServiceFact]:
    # Taken off from the day after it was recorded: a moment before that knows nothing of it.
    known_until = min(day, day_of(at) + timedelta(days=1))
    levels = ServiceLevelChange.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=at), at__lte=at
    ).order_by("from_date", "pk")
    rows = (
        rows.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=known_until), created_at__lte=at)
        .select_related("organisation")
        .prefetch_related(Prefetch("levels", levels))
    )
    return [_fact(row, row.levels.all(), day) for row in rows.order_by("organisation__name", "name")]


def fact_of(service: Service, *, at: datetime) -> ServiceFact:
    """One service as it is known at `at`, on the register or not."""
    return _fact(service, [level for level in levels_of(service) if level.at <= at], day_of(at))


def _fact(row: Service, known: Iterable[ServiceLevelChange], day: date) -> ServiceFact:
    levels = [LevelFact(one.pk, one.level, one.from_date, one.reason, one.at) for one in known]
    in_force = [level for level in levels if level.from_date <= day]
    return ServiceFact(
        uid=row.uid,
        partner=Partner(row.organisation.uid, row.organisation.name),
        name=row.name,
        normal_level=row.normal_level,
        level=in_force[-1] if in_force else None,
        planned=tuple(level for level in levels if level.from_date > day),
    )


def commitment_statement(day: date, at: datetime) -> Statement:
    """'No partner has plans to stop or reduce services', on a day by what was on record at `at`."""
    return rules.commitment(partners_on(day), services_at(day, at))


def contradictions(services: list[ServiceFact], returns: list[SubmittedReturn]) -> list[Contradiction]:
    """Where a partner's return says another thing of its services than the register. A partner without
    services on the register is silent there, and contradicts nothing."""
    found = []
    for sent in returns:
        own = [one for one in services if one.partner.uid == sent.organisation_uid and one.level]
        if not own:
            continue
        cut = [one for one in own if one.below_normal]
        partner = Partner(sent.organisation_uid, sent.organisation)
        about = {
            question.code
            for section in sent.question_set.sections
            if section.theme == Theme.SERVICES
            for question in section.questions
        }
        for question in asked(sent.question_set, sent.answers):
            answer = sent.answers.get(question.code)
            said = reading(question, answer) if question.code in about else None
            if said and rules.contradicts(said, cut=bool(cut)):
                register = ", ".join(one.name for one in cut)
                found.append(
                    Contradiction(
                        partner=partner,
                        question=question.text,
                        answer=shown(question, answer),
                        register=register,
                        return_uid=sent.return_uid,
                        services=tuple(one.uid for one in cut or own),
                    )
                )
    return found
