"""Reviews to render: one with a block of every type, made by hand, and one compiled from made-up evidence."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from riskregister.facts.content import (
    Cell,
    CheckResult,
    Column,
    Figures,
    Finding,
    HeatCell,
    HeatMap,
    Point,
    Ref,
    ReviewContent,
    Row,
    SectionContent,
    SourceMark,
    Table,
    Text,
    Trend,
)
from riskregister.facts.evidence import (
    ActionFact,
    BacklogFact,
    BandFact,
    ChallengeFact,
    ConcernFact,
    DecisionFact,
    EscalationFact,
    Evidence,
    MatrixFact,
    OversightCount,
    PartnerFact,
    RatingFact,
    ReturnFact,
    RiskFact,
    ScenarioFact,
    ServiceFact,
    SignalFact,
    VisitRateFact,
)
from riskregister.facts.published import Beside, ReviewRecord, Signed
from riskregister.review.canonical import canonical, digest
from riskregister.review.compile import compile_content
from safeguarding.kernel.periods import Month

JUNE = Month.parse("2020-06")
CUT_OFF = datetime(2020, 6, 30, 22, 59, 59, 999999, tzinfo=UTC)
PUBLISHED_AT = datetime(2020, 7, 9, 9, 30, tzinfo=UTC)
SECRET_TITLE = "Hotel used for exploitation near the canal"
SECRET = Ref("risk", str(UUID(int=4)), "R-004")
OWNER = "Amara Whitlock"


def uid(number: int) -> UUID:
    return UUID(int=number)


def by_hand() -> ReviewContent:
    """A block of every type, texts that stand once, and something restricted in each place that can be."""
    risk = Ref("risk", str(uid(3)), "R-003")
    cells = tuple(
        HeatCell(
            likelihood,
            impact,
            "red" if likelihood * impact > 12 else "green",
            "Red" if likelihood * impact > 12 else "Green",
            {(4, 4): ("R-003", "R-004"), (2, 1): ("R-007",)}.get((likelihood, impact), ()),
        )
        for likelihood in range(5, 0, -1)
        for impact in range(1, 6)
    )
    columns = (Column("Risk"), Column("Was", True), Column("Is", True), Column("Change"), Column("Why"))
    changed = SectionContent(
        "changed",
        "What changed since the last board",
        (
            Text(
                "Since the review of May 2020.",
                (Ref("meeting", "m1", "Board meeting of 4 June"),),
                source="1",
            ),
            Text(f"The board heard of {SECRET_TITLE}.", restricted=True),
            Table(
                "Risks that moved, came or went",
                (*columns, Column("Who answers for it")),
                (
                    _row(
                        "R-003 Hidden harm", 12, 16, "Up", "Referrals < half & falling", OWNER, refs=(risk,)
                    ),
                    _row(
                        f"R-004 {SECRET_TITLE}",
                        "–",
                        16,
                        "New",
                        "Police intelligence",
                        "Merrowshire Police",
                        refs=(SECRET,),
                        restricted=True,
                    ),
                    _row("R-007 Courts closed", 8, 2, "Down", "Sittings resumed", "Merrowshire Council"),
                ),
                "1",
                note="Scores are likelihood times impact.",
            ),
            Table(
                "Returns late or not received", (Column("Partner"),), (), "2", "Every return came in time."
            ),
        ),
    )
    risks = SectionContent(
        "risks",
        "Risks",
        (
            Figures(
                "Open partnership risks by rating",
                (("Red", "2", "of them 1 new"), ("Green", "1", "")),
                "1",
                (Ref("risk", str(uid(7)), "R-007"),),
            ),
            HeatMap(
                "Where the risks stand",
                ("Rare", "Unlikely", "Possible", "Likely", "Almost certain"),
                ("Negligible", "Minor", "Moderate", "Major", "Severe"),
                cells,
                "1",
            ),
            Table(
                "Full risk assessment",
                (Column("Risk"), Column("Theme"), Column("Now")),
                (
                    _row("R-003 Hidden harm", "Sight of children", "16 Red", refs=(risk,), band="red"),
                    _row(
                        f"R-004 {SECRET_TITLE}",
                        "Exploitation",
                        "16 Red",
                        refs=(SECRET,),
                        restricted=True,
                        band="red",
                    ),
                ),
                "1",
            ),
            Trend(
                "R-003 Hidden harm",
                "R-003",
                (
                    Point("2020-03", 8, "amber", "Schools closed"),
                    Point("2020-05", 12, "amber", "Referrals fell by 31%"),
                    Point("2020-06", 16, "red", "Referrals < half & falling"),
                ),
                "1",
            ),
            Trend(
                f"R-004 {SECRET_TITLE}", "R-004", (Point("2020-06", 16, "red", "Intelligence"),), "1", True
            ),
        ),
    )
    partners = SectionContent(
        "partners",
        "Partner assurance",
        (
            Table(
                "Returns of the month’s cycles",
                (Column("Partner"), Column("Due", True), Column("Received", True), Column("Late", True)),
                (
                    _row(
                        "Merrowshire Police",
                        2,
                        2,
                        0,
                        refs=(Ref("return", "r1", "Merrowshire Police, cycle 9"),),
                    ),
                    _row("Merrowshire Council", 2, 1, 1),
                ),
                "2",
            ),
        ),
    )
    visits = SectionContent(
        "visits",
        "Visits",
        (
            Table(
                "Children in need",
                (
                    Column("Month"),
                    Column("Children", True),
                    Column("Alternative", True),
                    Column("Face to face %", True),
                    Column("Total %", True),
                ),
                (
                    _row("June 2019", 1500, 0, "91.2%", "91.2%"),
                    _row(
                        "June 2020",
                        1580,
                        4,
                        "45.1%",
                        "93.4%",
                        refs=(Ref("visit_rate", "v1", "CIN, June 2020"),),
                    ),
                ),
                "3",
                note="c: a count of 1 to 5, or one that would give such a count away.",
            ),
        ),
    )
    oversight = SectionContent(
        "oversight",
        "Management oversight",
        (
            Table(
                "Management oversight",
                (Column("What"), Column("Children or records", True)),
                (_row("Alternatives without a live decision", "c"), _row("Flags past review", 17)),
                "3",
            ),
        ),
    )
    guidance = SectionContent(
        "guidance",
        "Guidance",
        (
            Table(
                "Easements in force",
                (Column("Easement"), Column("Days left", True)),
                (_row("Visits by video", 87),),
                "3",
            ),
            Table(
                "List of guidance",
                (Column("Guidance"), Column("Issuer")),
                (_row("G1 Children’s social care services", "Department for Education"),),
                "3",
            ),
        ),
    )
    checks = SectionContent(
        "checks",
        "Checks",
        (
            CheckResult(
                "red_without_action",
                "error",
                "R-003 is red and has no open action.",
                (risk,),
                "risk",
                ("x",),
                2,
            ),
            CheckResult("no_owner", "warning", "R-004 has no owner.", (SECRET,), months_open=0),
        ),
    )
    findings = SectionContent(
        "findings",
        "Key findings",
        (
            Finding(
                "recovery",
                "a",
                "All partners are into recovery planning.",
                (Ref("plan", "p1", "Merrowshire Police: plan"),),
                source="2",
            ),
            Finding("movement", "b", f"The largest movement is R-004 {SECRET_TITLE}.", (SECRET,), True, "1"),
            Finding("demand", "c", f"{OWNER} foresees more demand; 3 children wait.", (risk,), True),
        ),
    )
    decisions = SectionContent(
        "decisions",
        "Decisions",
        (
            Table(
                "Decisions asked of the board",
                (Column("What"), Column("Partner"), Column("Answer due")),
                (
                    _row(
                        SECRET_TITLE,
                        "The partnership",
                        "2 July 2020",
                        refs=(Ref("escalation", "e1", SECRET_TITLE),),
                        restricted=True,
                    ),
                ),
                "4",
            ),
            Table(
                "Decisions taken in the month",
                (Column("Decision"), Column("Decided"), Column("Why")),
                (_row("Meet monthly", "4 June 2020", "Oversight"),),
                "4",
            ),
        ),
    )
    return ReviewContent(
        schema=1,
        method_version="1",
        month="2020-06",
        cut_off=CUT_OFF.isoformat(),
        version=1,
        previous_month="2020-05",
        previous_version=1,
        previous_seal="5" * 64,
        matrix_version=1,
        sections=(changed, risks, partners, visits, oversight, guidance, checks, findings, decisions),
        sources=(
            SourceMark("1", "Risk register and its rating changes", "30 June 2020"),
            SourceMark("2", "Assurance returns as they were submitted", "30 June 2020"),
            SourceMark("3", "Visits and plans", ""),
            SourceMark("4", "Decision log of the board", "30 June 2020"),
        ),
        ratings={SECRET.uid: {"label": "R-004", "score": 16, "band": "red", "state": "open"}},
        recommendations=(
            "notes the position of the month and what changed since the last board;",
            f"answers the escalation of {SECRET_TITLE}.",
        ),
        summary="This review shows June 2020 as it was known on 30 June 2020.",
    )


def compiled(month: Month = JUNE) -> ReviewContent:
    """Made by the compiler itself."""
    return compile_content(evidence(month), version=1)


def record(content: ReviewContent | None = None, **fields) -> ReviewRecord:
    """A published review of the content, signed and with a comment of the coordinator beside a section."""
    content = content or by_hand()
    text = canonical(content)
    values = {
        "uid": uid(900),
        "month": Month.parse(content.month),
        "version": content.version,
        "state": "published",
        "state_words": "Published",
        "content": content,
        "content_text": text,
        "digest": digest(text),
        "cut_off": CUT_OFF,
        "beside": (
            Beside("risks", "Two partners asked for help.\nIt came.", "Cora Denny, Coordinator", CUT_OFF),
        ),
        "signed": (
            Signed("submitted", "Cora Denny, Coordinator", False, CUT_OFF, ""),
            Signed("approved", "Berit Moss, Director", False, PUBLISHED_AT, "Read and agreed"),
            Signed("published", "Chidi Ames, Chair", True, PUBLISHED_AT, ""),
        ),
        "published_at": PUBLISHED_AT,
        "place": 4,
        "seal": "a" * 64,
        "previous_seal": "b" * 64,
        "extras_text": "{}",
    }
    return ReviewRecord(**values | fields)


def draft(content: ReviewContent | None = None) -> ReviewRecord:
    return record(
        content,
        state="draft",
        state_words="Draft",
        signed=(),
        published_at=None,
        place=0,
        seal="",
        previous_seal="",
        extras_text="",
    )


def evidence(month: Month = JUNE, *, risks: int = 14, partners: int = 7) -> Evidence:
    cut_off = datetime(month.year, month.number, month.last_day.day, 22, 59, 59, tzinfo=UTC)
    names = [
        f"Merrowshire {one}"
        for one in (
            "County Council",
            "Police",
            "Clinical Commissioning Group",
            "Hospitals Trust",
            "Probation Service",
            "Schools Forum",
            "Domestic Abuse Service",
        )
    ] + [f"District Council {number}" for number in range(1, 30)]
    return Evidence(
        month=month,
        cut_off=cut_off,
        since=None,
        risks=tuple(_risk(number, month) for number in range(1, risks + 1)),
        partners=tuple(_partner(place, name, month) for place, name in enumerate(names[:partners])),
        services=(
            ServiceFact(
                uid(401),
                names[3],
                "School nursing",
                "reduced",
                "Reduced",
                date(2020, 4, 6),
                "Nurses are redeployed",
                ref=Ref("service", str(uid(401)), "School nursing"),
            ),
        ),
        backlogs=(
            BacklogFact(
                uid(411),
                names[0],
                "Care proceedings",
                "courts",
                "Courts",
                "cases",
                True,
                84,
                61,
                31,
                8,
                month.last_day,
                "not cleared at the present pace",
                True,
                Ref("backlog", str(uid(411)), "Care proceedings"),
            ),
        ),
        scenarios=tuple(
            ScenarioFact(name, uid(100 + place), (10, 20, 30) if place == 3 else (), True)
            for place, name in enumerate(names[:partners])
        ),
        concerns=(
            ConcernFact(
                uid(421),
                "concern",
                "Access to masks for home visits",
                "ppe",
                "some",
                "high",
                "open",
                names[4],
                cut_off,
                None,
                None,
                None,
                None,
                Ref("concern", str(uid(421)), "Access to masks for home visits"),
            ),
        ),
        escalations=(
            EscalationFact(
                uid(431),
                "risk",
                "Unseen children in the north of the county",
                "open",
                datetime(2020, 6, 3, 9, tzinfo=UTC),
                date(2020, 6, 17),
                None,
                ref=Ref("escalation", str(uid(431)), "Unseen children in the north of the county"),
            ),
        ),
        challenges=(
            ChallengeFact(
                uid(441),
                "Why did health visits to new babies stop?",
                names[3],
                "asked",
                datetime(2020, 6, 10, 9, tzinfo=UTC),
                date(2020, 6, 24),
                None,
                ref=Ref("challenge", str(uid(441)), "Why did health visits to new babies stop?"),
            ),
        ),
        decisions=(
            DecisionFact(
                uid(451),
                "Meet every month while restrictions last",
                "strategic",
                month.first_day,
                "Strategic oversight",
                "",
                date(2020, 9, 1),
                False,
                True,
                ref=Ref("decision", str(uid(451)), "Meet every month while restrictions last"),
            ),
        ),
        signals=(
            SignalFact(
                uid(461),
                "Online grooming through a new game",
                "School",
                "medium",
                "open",
                datetime(2020, 6, 20, 9, tzinfo=UTC),
                ref=Ref("signal", str(uid(461)), "Online grooming through a new game"),
            ),
        ),
        actions=(
            ActionFact(
                uid(471),
                "Share the list of shielding families",
                "risk",
                uid(1),
                "R-001",
                names[2],
                OWNER,
                "high",
                "open",
                date(2020, 5, 29),
                date(2020, 6, 12),
                None,
                1,
                "The agreement was not signed",
                False,
                Ref("action", str(uid(471)), "Share the list of shielding families"),
            ),
        ),
        visit_rates=tuple(
            VisitRateFact(
                one,
                plan,
                1580 - 10 * place,
                1400 - 600 * (one.year == 2020),
                None if place else 620,
                Decimal("88.6"),
                None if place else Decimal("39.2"),
                Decimal("94.1"),
                ref=Ref("visit_rate", f"{plan}-{one}", f"{plan}, {one.name}"),
            )
            for place, plan in enumerate(("CP", "CIN", "CIC"))
            for one in (month.plus(-24), month.plus(-12), month)
        ),
        oversight=(
            OversightCount("alternatives", "Alternatives without a live management decision", None),
            OversightCount("unseen", "Most vulnerable children not seen face to face", 41),
        ),
        matrix=MatrixFact(
            1,
            ("Rare", "Unlikely", "Possible", "Likely", "Almost certain"),
            ("Negligible", "Minor", "Moderate", "Major", "Severe"),
            (
                BandFact("green", 1, 3, "Green"),
                BandFact("yellow", 4, 6, "Yellow"),
                BandFact("amber", 8, 12, "Amber"),
                BandFact("red", 15, 25, "Red"),
            ),
        ),
    )


_TITLES = (
    "Children are not seen while schools are closed, and harm stays hidden",
    "Virtual visits miss what a visit at home would have shown",
    "Staff are absent, shielding or worn out",
    "Protective equipment is short in children’s homes",
    "Courts cannot hear care proceedings in time",
    "Domestic abuse rises and fewer victims reach help",
    "Children are exploited online",
    "Placements break down and none are to be had",
    "Care leavers are alone and without money",
    "Referrals surge when schools open again",
    "Easements leave children with special needs without help",
    "Commissioned providers fail",
    "Lists of shielding children are not shared",
    "Local lockdown stops services a second time",
)


def _risk(number: int, month: Month) -> RiskFact:
    likelihood, impact = number % 5 + 1, (number * 2) % 5 + 1
    score = likelihood * impact
    band = "green" if score < 4 else "yellow" if score < 7 else "amber" if score < 13 else "red"
    moments = [datetime(2020, 3, 20, 9, tzinfo=UTC), datetime(month.year, month.number, 10, 9, tzinfo=UTC)]
    history = tuple(
        RatingFact(
            uid(1000 + number * 10 + place),
            "current",
            max(likelihood - 1 + place, 1),
            impact,
            band,
            "As written",
            ("Schools closed to most children", "Referrals fell, and returns of two partners say why")[place],
            "medium",
            moment.date(),
            moment,
        )
        for place, moment in enumerate(moments)
    )
    label, key = f"R-{number:03d}", uid(number)
    return RiskFact(
        uid=key,
        label=label,
        title=_TITLES[(number - 1) % len(_TITLES)],
        cause="Restrictions",
        event="Nobody sees the child",
        consequence="Harm",
        theme="sight",
        theme_words="Sight of children",
        functions=("a",),
        organisation="",
        organisation_uid=None,
        owner=OWNER if number % 3 else "Merrowshire County Council",
        response="treat",
        state="open",
        restricted=number == 4,
        opened_at=moments[0],
        closed_at=None,
        closed_reason="",
        ratings={"current": history[-1]},
        history=history,
        last_look_at=moments[-1],
        review_due_on=month.last_day,
        appetite=9,
        ref=Ref("risk", str(key), label),
    )


def _partner(place: int, name: str, month: Month) -> PartnerFact:
    due = datetime(month.year, month.number, 12, 16, tzinfo=UTC)
    sent = ReturnFact(
        uid(200 + place),
        name,
        uid(100 + place),
        9,
        due,
        due if place != 2 else None,
        due if place < 2 else None,
        2 if place == 4 else 0,
        ref=Ref("return", str(uid(200 + place)), f"{name}, cycle 9"),
    )
    return PartnerFact(
        uid(100 + place), name, (sent,), "recovery", "Recovery planning", place != 5, uid(300 + place), 2, 2
    )


def _row(*cells, refs=(), restricted=False, band="") -> Row:
    made = [
        Cell(f"{one:,}", numeric=True) if isinstance(one, int) else Cell(one, numeric=one.endswith("%"))
        for one in cells
    ]
    if band:
        made[-1] = Cell(made[-1].text, band=band)
    return Row(tuple(made), tuple(refs), restricted)
