"""Surveys: what may be shown of replies, who opens and closes them, and that a reply leaves no trace."""

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent
from partners.constants import ANONYMITY_FLOOR, SurveyState
from partners.models import Submission, Survey, SurveyResponse
from partners.rules import survey_results
from partners.rules import surveys as rules
from partners.rules.surveys import SCALES, Move, QuestionDraft, SurveyDraft
from partners.selectors import surveys as selectors
from partners.services import surveys as services
from safeguarding.kernel.errors import AlreadyDone, Refusal, StaleEdit
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return
from tests.people import person, sign_in

NOW = datetime(2020, 4, 21, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
(QUESTION,) = rules.built([QuestionDraft("Do services run?", "services", "agree")])
CODES = [option.value for option in QUESTION.options]


def replies(*counts: int, organisation: str = "") -> list[tuple[str, dict[str, str]]]:
    """So many replies of each answer, from the best to the worst."""
    return [
        (organisation, {"q1": code}) for code, count in zip(CODES, counts, strict=False) for _ in range(count)
    ]


def shown(found) -> list[int]:
    return [one.count for one in found[0].categories]


class TestFloor:
    def test_nothing_below_ten(self):
        assert survey_results.results([QUESTION], replies(9)) is None
        assert survey_results.results([QUESTION], replies(5, 4)) is None
        assert survey_results.results([QUESTION], replies(0, 10)) is not None

    @pytest.mark.parametrize(
        ("counts", "expected"),
        [
            ((10, 10), [10, 10]),
            ((12, 8, 3, 15, 2), [12, 11, 17]),
            ((9, 9, 9), []),
            ((9, 9, 12), [18, 12]),
            ((30,), []),
            ((15, 4), []),
            ((0, 0, 0, 0, 12), []),
            ((10, 0, 0, 0, 10), [10, 10]),
            ((1, 1, 1, 1, 1, 20), []),
        ],
    )
    def test_neighbours_are_put_together(self, counts, expected):
        assert shown(survey_results.results([QUESTION], replies(*counts))) == expected

    def test_words_of_what_was_put_together(self):
        from partners.presenters.surveys import category_words

        found = survey_results.results([QUESTION], replies(12, 8, 3, 15, 2))[0]
        assert [category_words(one) for one in found.categories] == [
            "Strongly agree",
            "Agree or neither agree nor disagree",
            "Disagree or strongly disagree or I cannot say",
        ]
        assert [one.reading for one in found.categories] == ["assured", "", ""]

    def test_an_organisation_with_enough_of_each(self):
        said = replies(10, 0, 0, 10, organisation="North") + replies(10, 0, 0, 10)
        (found,) = survey_results.results([QUESTION], said)
        assert [(one.organisation, one.counts) for one in found.splits] == [("North", (10, 10))]

    def test_an_organisation_whose_rest_would_be_few(self):
        """20 of 25 are North's: the other five would stand there by difference."""
        said = replies(10, 0, 0, 10, organisation="North") + replies(3, 0, 0, 2, organisation="South")
        (found,) = survey_results.results([QUESTION], said)
        assert [one.count for one in found.categories] == [13, 12]
        assert found.splits == ()

    def test_one_organisation_is_kept_back_for_another(self):
        north = replies(11, 0, 0, 11, organisation="North")
        south = replies(10, 0, 0, 10, organisation="South")
        few = replies(1, 0, 0, 0, organisation="West")
        (found,) = survey_results.results([QUESTION], north + south + few)
        assert [one.organisation for one in found.splits] == ["North"]

    def test_a_cell_of_an_organisation_that_is_few(self):
        said = replies(30, 0, 0, 9, organisation="North") + replies(20, 0, 0, 20)
        (found,) = survey_results.results([QUESTION], said)
        assert found.splits == ()

    def test_all_of_one_organisation(self):
        (found,) = survey_results.results([QUESTION], replies(10, 0, 0, 10, organisation="North"))
        assert [one.organisation for one in found.splits] == ["North"]


COUNTS = st.lists(st.integers(0, 25), min_size=6, max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["", "A", "B", "C"]), COUNTS, min_size=1))
def test_no_small_number_comes_out_by_any_difference(by_organisation):
    said = [one for name, counts in by_organisation.items() for one in replies(*counts, organisation=name)]
    found = survey_results.results([QUESTION], said)
    if found is None:
        assert len(said) < ANONYMITY_FLOOR
        return
    (result,) = found
    if not result.categories:
        assert result.splits == ()
        return
    assert len(result.categories) > 1
    assert sum(one.count for one in result.categories) == len(said)
    rows = [one.counts for one in result.splits]
    totals = [one.count for one in result.categories]
    # Every sum of published organisations taken from a published total, in every category.
    for size in range(len(rows) + 1):
        for chosen in combinations(rows, size):
            rest = [total - sum(row[index] for row in chosen) for index, total in enumerate(totals)]
            assert all(one >= ANONYMITY_FLOOR for one in rest) or not any(rest)
    assert all(count >= ANONYMITY_FLOOR for row in rows for count in row)


@pytest.mark.parametrize("state", SurveyState)
@pytest.mark.parametrize("move", Move)
def test_every_move_of_every_state(state, move):
    allowed = {("draft", "edit"): "draft", ("draft", "open"): "open", ("open", "close"): "closed"}
    expected = allowed.get((state.value, move.value))
    if expected:
        assert rules.moved(state, move) == expected
    else:
        with pytest.raises(Refusal) as refusal:
            rules.moved(state, move)
        assert refusal.value.code == "not_now"


@pytest.mark.parametrize(
    ("practitioners", "leaders", "words"),
    [
        ("assured", "assured", "No gap: leaders and practitioners say the same"),
        ("concern", "assured", "Gap: leaders are more assured than practitioners"),
        ("assured", "partly", "Gap: practitioners are more assured than leaders"),
        ("", "assured", "Cannot be compared"),
        ("assured", "not_known", "Cannot be compared"),
    ],
)
def test_the_gap_in_words(practitioners, leaders, words):
    assert survey_results.gap_words(practitioners, leaders) == words


def test_of_leaders_who_differ_the_worse_counts():
    assert survey_results.leaders_reading(Counter(assured=3, concern=3, not_known=9)) == "concern"
    assert survey_results.leaders_reading(Counter(not_known=2)) == ""


@pytest.fixture
def world(db):
    with time_machine.travel(NOW, tick=False):
        yield World()


class World:
    def __init__(self) -> None:
        self.coordinator, self.board = person("CO", name="Coordinator"), person("BM", name="Board")
        self.lead = person("PR", name="Lead")
        self.own = make_organisation("North Force", lead=self.lead)

    def survey(self, state: str = "open", *, scale: str = "agree", **fields) -> Survey:
        questions = (
            QuestionDraft("Do services run?", "services", scale),
            QuestionDraft("=Is there PPE?", "ppe", "extent"),
        )
        draft = SurveyDraft("How it is at work", "Five minutes", TODAY, TODAY + 7 * DAY, questions)
        made = services.create_survey(user=self.coordinator, draft=draft, token=uuid4(), now=NOW)
        Survey.objects.filter(pk=made.pk).update(state=state, **fields)
        made.refresh_from_db()
        return made

    def replied(self, survey: Survey, *counts: int, organisation=None) -> None:
        SurveyResponse.objects.bulk_create(
            SurveyResponse(
                survey=survey, organisation=organisation, week=TODAY, token=uuid4(),
                answers=answers | {"q2": "fully"},
            )
            for _name, answers in replies(*counts)
        )  # fmt: skip


def as_(user) -> Client:
    return sign_in(Client(), user)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(user, name: str, survey: Survey) -> str:
    return text_of(as_(user).get(reverse(name, args=[survey.uid])))


def survey_form(**other) -> dict[str, str]:
    form = {"title": "How it is", "intro": "", "version": "0", "token": str(uuid4())}
    for name, day in (("opens_on", TODAY), ("closes_on", TODAY + 7 * DAY)):
        form |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
    form |= {"text_1": "Do services run?", "theme_1": "services", "scale_1": "agree"}
    return form | other


class TestMaking:
    def test_made_opened_and_closed(self, world):
        client = as_(world.coordinator)
        form = survey_form(text_3="Is there PPE?", theme_3="ppe", scale_3="extent")
        client.post(reverse("add_survey"), form)
        survey = Survey.objects.get()
        assert [(one["code"], one["theme"], len(one["options"])) for one in survey.questions] == [
            ("q1", "services", 6),
            ("q2", "ppe", 5),
        ]
        client.post(reverse("add_survey"), form)
        assert Survey.objects.count() == 1
        assert f"/survey/{survey.link_key}/" in page(world.coordinator, "survey", survey)
        client.post(reverse("open_survey", args=[survey.uid]), {"version": 1})
        client.post(reverse("close_survey", args=[survey.uid]))
        survey.refresh_from_db()
        assert survey.state == "closed"
        trail = AuditEvent.objects.filter(object_kind="survey").order_by("pk")
        assert list(trail.values_list("action", flat=True)) == [
            "survey.created", "survey.opened", "survey.closed"
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("other", "field"),
        [
            ({"title": ""}, "title"),
            ({"closes_on_year": "2019"}, "closes_on"),
            ({"closes_on_year": "2021"}, "closes_on"),
            ({"text_1": "", "theme_1": "", "scale_1": ""}, "text_1"),
            ({"text_1": ""}, "text_1"),
            ({"theme_1": ""}, "theme_1"),
            ({"text_5": "And?", "theme_5": "ppe"}, "scale_5"),
            ({"scale_1": "other"}, "scale_1"),
            ({"text_1": "x" * 301}, "text_1"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_question(self, world, other, field):
        response = as_(world.coordinator).post(reverse("add_survey"), survey_form(**other))
        assert list(response.context["form"].errors) == [field]
        assert not Survey.objects.exists()

    def test_an_open_survey_is_changed_by_nobody(self, world):
        survey = world.survey()
        client = as_(world.coordinator)
        url = reverse("edit_survey", args=[survey.uid])
        assert client.get(url).status_code == 403
        assert "can only be closed" in text_of(client.post(url, survey_form(version="1")))

    def test_a_draft_is_changed_and_a_stale_one_is_not(self, world):
        survey = world.survey("draft")
        client = as_(world.coordinator)
        url = reverse("edit_survey", args=[survey.uid])
        assert client.get(url).context["form"]["scale_2"].value() == "extent"
        client.post(url, survey_form(version="1", title="First"))
        stale = client.post(url, survey_form(version="1", title="Second"))
        assert stale.status_code == 409
        assert "First" in text_of(stale)
        assert "Second" in text_of(stale)
        with pytest.raises(StaleEdit):
            services.open_survey(user=world.coordinator, survey=survey, expected_version=1, now=NOW)

    def test_nobody_else_makes_one(self, world):
        draft = SurveyDraft("x", "", TODAY, TODAY, (QuestionDraft("x", "ppe", "agree"),))
        with pytest.raises(Refusal) as refusal:
            services.create_survey(user=world.board, draft=draft, token=uuid4(), now=NOW)
        assert refusal.value.code == "out_of_reach"

    def test_sent_twice_it_leads_to_the_first(self, world):
        draft = SurveyDraft("x", "", TODAY, TODAY, (QuestionDraft("x", "ppe", "agree"),))
        token = uuid4()
        first = services.create_survey(user=world.coordinator, draft=draft, token=token, now=NOW)
        with pytest.raises(AlreadyDone) as again:
            services.create_survey(user=world.coordinator, draft=draft, token=token, now=NOW)
        assert again.value.outcome == str(first.uid)

    def test_what_waits(self, world):
        assert selectors.waiting_for(world.coordinator, NOW) == []
        world.survey(opens_on=TODAY - 9 * DAY, closes_on=TODAY - DAY)
        (one,) = selectors.waiting_for(world.coordinator, NOW)
        assert one.words == "1 survey is past its last day"
        assert selectors.waiting_for(world.board, NOW) == []


class TestReplying:
    def url(self, survey: Survey) -> str:
        return reverse("take_survey", args=[survey.link_key])

    def reply(self, survey: Survey, client: Client | None = None, **other):
        form = {"q1": "agree", "q2": "partly", "token": str(uuid4())}
        return (client or Client()).post(self.url(survey), form | other)

    def test_a_reply_is_kept_without_a_trace(self, world):
        survey = world.survey()
        events = AuditEvent.objects.count()
        client = as_(world.lead)
        signed_in = AuditEvent.objects.count() - events
        response = self.reply(survey, client, organisation=str(world.own.uid))
        assert "Thank you" in text_of(client.get(response.url))
        kept = SurveyResponse.objects.get()
        assert (kept.answers, kept.organisation, kept.week) == (
            {"q1": "agree", "q2": "partly"}, world.own, TODAY - DAY
        )  # fmt: skip
        assert AuditEvent.objects.count() == events + signed_in
        assert {field.name for field in SurveyResponse._meta.fields} == {
            "id", "survey", "organisation", "week", "answers", "token"
        }  # fmt: skip

    def test_a_double_click_counts_once(self, world):
        survey = world.survey()
        token = str(uuid4())
        assert self.reply(survey, token=token).status_code == 302
        assert self.reply(survey, token=token).status_code == 302
        assert SurveyResponse.objects.count() == 1

    @pytest.mark.parametrize(
        ("other", "field"),
        [({"q1": ""}, "q1"), ({"q2": "agree"}, "q2"), ({"organisation": "x"}, "organisation")],
    )
    def test_every_question_is_answered(self, world, other, field):
        response = self.reply(world.survey(), **other)
        assert list(response.context["form"].errors) == [field]
        assert not SurveyResponse.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": "draft"},
            {"state": "closed"},
            {"opens_on": TODAY + DAY},
            {"opens_on": TODAY - 9 * DAY, "closes_on": TODAY - DAY},
        ],
    )
    def test_not_open_is_as_if_it_never_was(self, world, fields):
        survey = world.survey(**fields)
        never = Client().get(reverse("take_survey", args=[uuid4()]))
        for response in (Client().get(self.url(survey)), self.reply(survey)):
            assert response.status_code == never.status_code == 404
            assert text_of(response) == text_of(never)
        assert "This survey is not open" in text_of(never)
        assert not SurveyResponse.objects.exists()

    def test_closed_while_one_writes(self, world):
        survey = world.survey()
        Survey.objects.filter(pk=survey.pk).update(state="closed")
        with pytest.raises(Refusal) as refusal:
            services.reply(
                survey=survey,
                answers={"q1": "agree", "q2": "fully"},
                organisation=None,
                token=uuid4(),
                now=NOW,
            )
        assert refusal.value.code == "survey_closed"

    def test_so_many_from_one_address_and_no_more(self, world):
        survey = world.survey()
        answers = [self.reply(survey).status_code for _ in range(21)]
        assert answers == [302] * 20 + [429]
        assert SurveyResponse.objects.count() == 20
        elsewhere = Client(REMOTE_ADDR="10.1.2.3")
        assert self.reply(survey, elsewhere).status_code == 302

    def test_what_is_wrong_takes_no_place(self, world, monkeypatch):
        survey = world.survey()
        monkeypatch.setattr(cache, "add", lambda *_: pytest.fail("counted"))
        assert self.reply(survey, q1="").status_code == 200

    def test_no_address_in_any_query(self, world):
        survey = world.survey()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            self.reply(survey, Client(REMOTE_ADDR="10.1.2.3"))
        assert not any("10.1.2.3" in query["sql"] for query in queries)


class TestResults:
    def test_shown_once_closed_and_from_ten_replies(self, world):
        survey = world.survey()
        world.replied(survey, 12, 0, 0, 12)
        assert "Results are shown once the survey is closed" in page(world.board, "survey", survey)
        assert "12 (50%)" not in page(world.board, "survey", survey)
        Survey.objects.update(state="closed")
        assert "Strongly agree 12 (50%)" in page(world.board, "survey", survey)

    def test_nine_replies_are_shown_to_nobody(self, world):
        survey = world.survey("closed")
        world.replied(survey, 5, 4)
        shown_now = page(world.coordinator, "survey", survey)
        assert "Fewer than 10 people replied" in shown_now
        assert "Replies Fewer than 10" in shown_now
        assert as_(world.coordinator).get(reverse("export_survey", args=[survey.uid])).status_code == 404

    def test_page_and_file_say_the_same(self, world):
        survey = world.survey("closed")
        world.replied(survey, 11, 0, 0, 10, organisation=world.own)
        world.replied(survey, 4, 1, 0, 2, organisation=make_organisation("South"))
        world.replied(survey, 12, 0, 0, 12)
        shown_now = page(world.coordinator, "survey", survey)
        file = as_(world.coordinator).get(reverse("export_survey", args=[survey.uid]))
        lines = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
        assert "South" not in shown_now
        assert not any("South" in line for line in lines)
        figures = {(line[2], line[3]): f"{line[4]} ({line[5]}%)" for line in lines[1:] if line[4]}
        assert {whose for whose, _ in figures} == {"All replies", "North Force"}
        for (_whose, answers), figure in figures.items():
            assert f"{answers} " in shown_now
            assert figure in shown_now
        # Text that would run as a formula does not.
        assert lines[-1][0] == "'=Is there PPE?"

    def test_an_open_one_is_not_in_a_file(self, world):
        survey = world.survey()
        world.replied(survey, 12, 0, 0, 12)
        assert as_(world.coordinator).get(reverse("export_survey", args=[survey.uid])).status_code == 404

    def test_beside_the_leaders_of_the_latest_returns(self, world):
        questions = make_question_set()
        for number, level in ((1, "paused"), (2, "maintained")):
            cycle = make_cycle(number, TODAY - (40 - 14 * number) * DAY)
            sent = make_return(
                world.own, cycle, questions, "submitted", submitted_at=NOW - 9 * DAY, submitted_by=world.lead
            )
            Submission.objects.create(
                of_return=sent, number=1, submitted_at=NOW - 9 * DAY, submitted_by=world.lead, counts={},
                worked_seconds=9, answers={"level": {"value": level}},
            )  # fmt: skip
        survey = world.survey("closed")
        world.replied(survey, 5, 5, 0, 20)
        shown_now = page(world.coordinator, "survey", survey)
        assert "Leaders: 1 partner assured. Cannot be compared" in shown_now
        Survey.objects.update(state="draft")
        worse = world.survey("closed")
        world.replied(worse, 10, 0, 0, 0, 20, 0)
        world.replied(worse, 0, 0, 0, 10)
        assert "from the returns of cycle 2" in page(world.coordinator, "survey", worse)
        # The board reads accepted returns only.
        assert "No return that you may read says anything of this" in page(world.board, "survey", worse)

    def test_a_gap_is_named(self, world):
        questions = make_question_set()
        sent = make_return(
            world.own, make_cycle(), questions, "submitted", submitted_at=NOW, submitted_by=world.lead
        )
        Submission.objects.create(
            of_return=sent, number=1, submitted_at=NOW, submitted_by=world.lead, counts={}, worked_seconds=9,
            answers={"level": {"value": "maintained"}},
        )  # fmt: skip
        survey = world.survey("closed", scale="change")
        SurveyResponse.objects.bulk_create(
            SurveyResponse(
                survey=survey, week=TODAY, token=uuid4(), answers={"q1": said, "q2": "fully"}
            ) for said in ["better"] * 10 + ["same"] * 10 + ["worse"] * 15 + ["cannot_say"] * 10
        )  # fmt: skip
        for user in (world.coordinator, world.lead):
            assert "Gap: leaders are more assured than practitioners" in page(user, "survey", survey)

    def test_more_replies_ask_no_more_queries(self, world, django_assert_max_num_queries):
        survey = world.survey("closed")
        world.replied(survey, 40, 40, 40)
        client = as_(world.board)
        client.get(reverse("survey", args=[survey.uid]))
        with django_assert_max_num_queries(14):
            client.get(reverse("survey", args=[survey.uid]))

    def test_the_list(self, world):
        world.survey()
        world.survey(opens_on=TODAY - 9 * DAY, closes_on=TODAY - DAY)
        words = text_of(as_(world.lead).get(reverse("surveys")))
        assert "How it is at work Open 21 April 2020 to 28 April 2020 2" in words
        assert "How it is at work Closed" in words
        assert "Make a survey" not in words


def test_scales_go_from_best_to_worst():
    rank = {"assured": 0, "partly": 1, "concern": 2, "not_known": 3}
    for _name, options in SCALES.values():
        order = [rank[option.reading] for option in options]
        assert order == sorted(order)
