"""The look: forms and components as the GOV.UK Design System draws them, pages that stand without help."""

import datetime
import json
import re
from pathlib import Path

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from safeguarding.errors import server_error
from safeguarding.kernel.govuk import (
    Checkboxes,
    GovukDateField,
    GovukForm,
    Layout,
    LongTextField,
    Radios,
    Text,
)
from safeguarding.templatetags.govuk import breakable
from tests.house import gallery
from tests.house.markup import attribute_values, structure

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = json.loads((Path(__file__).parent / "govuk_fixtures.json").read_text(encoding="utf-8"))["fixtures"]
# Ours on purpose: a second click must not save twice; the browser may be told what to fill in.
OURS = frozenset({"data-prevent-double-click", "autocomplete", "rel", "novalidate"})

pytestmark = pytest.mark.urls("tests.house.gallery")


@pytest.fixture(autouse=True)
def _gallery_templates(settings) -> None:
    first, *others = settings.TEMPLATES
    folders = [*first["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [{**first, "DIRS": folders}, *others]


def drawn(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load govuk %}" + source).render(context, context.get("request"))


def question(field: forms.Field, *, error: str = "", layout: object = None, data: dict | None = None) -> str:
    """One field of a form, with an error if given, drawn by the crispy pack."""

    class One(GovukForm):
        answer = field

        def build_layout(self) -> Layout:
            return Layout(layout or "answer")

    form = One(data if data is not None else ({} if error else None), auto_id="%s")
    if error:
        form.errors.clear()
        form.add_error("answer", error)
    return render_crispy_form(form)


def official(name: str) -> dict:
    return FIXTURES[name]["options"]


def choices(name: str) -> list[tuple[str, str]]:
    return [(item["value"], item["text"]) for item in official(name)["items"]]


def legend(name: str) -> str:
    return official(name)["fieldset"]["legend"]["text"]


def hint(name: str) -> str:
    return official(name).get("hint", {}).get("text", "")


def label(name: str) -> str:
    return official(name)["label"]["text"]


def error(name: str) -> str:
    return official(name).get("errorMessage", {}).get("text", "")


def text(name: str, field: type[forms.Field] = forms.CharField, **options: object) -> forms.Field:
    return field(label=label(name), help_text=hint(name), required=False, **options)


PLAIN = [
    ("input: with hint text", forms.CharField, {}),
    ("input: with error message", forms.CharField, {}),
    ("textarea: with hint", forms.CharField, {"widget": forms.Textarea}),
    ("textarea: with error message", forms.CharField, {"widget": forms.Textarea}),
    ("character-count: with hint", LongTextField, {"max_length": 10}),
    ("file-upload: with error message and hint", forms.FileField, {}),
    ("password-input: with error message", forms.CharField, {"widget": forms.PasswordInput}),
    ("select: with hint text and error message", forms.ChoiceField, {"choices": True}),
    ("date-input: default", GovukDateField, {}),
]


def assert_official(html: str, name: str) -> None:
    assert structure(html, OURS) == structure(FIXTURES[name]["html"], OURS)


@pytest.mark.parametrize(("name", "kind", "options"), PLAIN, ids=[row[0] for row in PLAIN])
def test_a_question_is_drawn_as_in_the_design_system(name, kind, options):
    if options.get("choices"):
        options = {"choices": choices(name)}
    if kind is GovukDateField:
        field = kind(label=legend(name), help_text=hint(name), required=False)
    else:
        field = text(name, kind, **options)
    assert_official(question(field, error=error(name)), name)


def test_width_and_affixes_are_drawn_as_in_the_design_system():
    name = "input: with width-10 class"
    assert_official(question(text(name), layout=Text("answer", width=10)), name)
    name = "input: with prefix and suffix"
    assert_official(question(text(name), layout=Text("answer", prefix="£", suffix="per item")), name)


@pytest.mark.parametrize("name", ["radios: with fieldset and error message", "radios: inline"])
def test_radios_are_drawn_as_in_the_design_system(name):
    field = forms.ChoiceField(
        label=legend(name),
        help_text=hint(name),
        widget=forms.RadioSelect,
        choices=choices(name),
        initial="no",
        required=False,
    )
    inline = "inline" in official(name).get("classes", "")
    refused = error(name)
    data = {"answer": "no"} if refused else None
    assert_official(question(field, error=refused, layout=Radios("answer", inline=inline), data=data), name)


def test_hints_on_choices_and_a_heading_are_drawn_as_in_the_design_system():
    name = "radios: with hints on items"
    hints = {item["value"]: item["hint"]["text"] for item in official(name)["items"]}
    field = forms.ChoiceField(label=legend(name), widget=forms.RadioSelect, choices=choices(name))
    assert_official(question(field, layout=Radios("answer", heading=True, hints=hints)), name)
    name = "checkboxes: with error message"
    hints = {item["value"]: item["hint"]["text"] for item in official(name)["items"]}
    field = forms.MultipleChoiceField(
        label=legend(name), widget=forms.CheckboxSelectMultiple, choices=choices(name), required=False
    )
    assert_official(question(field, error=error(name), layout=Checkboxes("answer", hints=hints)), name)


def test_an_error_about_the_day_marks_only_the_day():
    name = "date-input: with error on day input"
    field = GovukDateField(label=legend(name), help_text=hint(name))
    told = forms.ValidationError(error(name), params={"parts": ("day",)})
    assert_official(question(field, error=told), name)


COMPONENTS = {
    "error-summary: default": '{% include "govuk/error_summary.html" with errors=options.errorList only %}',
    "button: default": '{% govuk_button "Save and continue" %}',
    "button: start": '{% govuk_button "Start now button" kind="start" %}',
    "button: warning": '{% govuk_button "Warning button" kind="warning" name="Warning" %}',
    "tag: green": '{% include "components/tag.html" with text="Green" colour="green" only %}',
    "warning-text: default": '{% include "components/warning.html" with text=options.text only %}',
    "inset-text: default": "{% govuk_inset %}{{ options.text }}{% endgovuk_inset %}",
    "details: default": "{% govuk_details options.summaryText %}{{ options.text }}{% endgovuk_details %}",
    "breadcrumbs: default": '{% include "components/breadcrumbs.html" with crumbs=options.items only %}',
    "service-navigation: with navigation with a current item": (
        '{% include "components/navigation.html" with navigation=options.navigation only %}'
    ),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_drawn_as_in_the_design_system(name):
    html = drawn(COMPONENTS[name], options=official(name)).replace(" app-no-print", "")
    assert_official(html, name)


def test_pagination_and_task_list_are_drawn_as_in_the_design_system():
    request = RequestFactory().get("/", {"page": 2})
    html = drawn(
        '{% include "components/pagination.html" %}', page_obj=Paginator(range(3), 1).page(2), request=request
    )
    html = html.replace(" app-no-print", "")
    html = html.replace("?page=2", "/page/2").replace("?page=1", "/page/1").replace("?page=3", "/page/3")
    html = html.replace('/page/1" rel="prev"', '/previous" rel="prev"')
    html = html.replace('/page/3" rel="next"', '/next" rel="next"')
    assert_official(html, "pagination: default")
    name = "task-list: default"
    items = [
        {
            "text": item["title"]["text"],
            "href": item["href"],
            "status": item["status"].get("text"),
            "tag": item["status"].get("tag") and {"text": item["status"]["tag"]["text"]},
        }
        for item in official(name)["items"]
    ]
    html = drawn('{% include "components/task_list.html" with items=items only %}', items=items)
    # A tag's plain colour is blue: the class for it is only said by the older examples.
    assert structure(html) == structure(FIXTURES[name]["html"].replace(" govuk-tag--blue", ""))


class TestADate:
    @pytest.mark.parametrize(
        ("typed", "message", "wrong"),
        [
            (("", "", ""), "Enter the visit date", ["day", "month", "year"]),
            (("27", "", "2020"), "Visit date must include a month", ["month"]),
            (("", "", "2020"), "Visit date must include a day and month", ["day", "month"]),
            (("31", "2", "2020"), "Visit date must be a real date", ["day", "month", "year"]),
            (("29", "2", "2021"), "Visit date must be a real date", ["day", "month", "year"]),
            (("x", "2", "2020"), "Visit date must be a real date", ["day"]),
            (("27", "13", "2020"), "Visit date must be a real date", ["day", "month", "year"]),
            (("27", "ma", "2020"), "Visit date must be a real date", ["month"]),
            (("27", "3", "20"), "Year must include 4 numbers", ["year"]),
            (("27", "3", "0000"), "Year must be between 1900 and 2100", ["year"]),
            (("27", "3", "9202"), "Year must be between 1900 and 2100", ["year"]),
            (("٢٧", "3", "2020"), "Visit date must be a real date", ["day"]),
            (("9" * 5000, "3", "2020"), "Visit date must be a real date", ["day"]),
        ],
    )
    def test_is_refused_with_what_is_wrong_and_where(self, typed, message, wrong):
        form = self.form(typed)
        assert form.errors["visit_date"] == [message]
        html = render_crispy_form(form)
        marked = [name for name in ("day", "month", "year") if self.box_is_wrong(html, name)]
        assert marked == wrong
        assert attribute_values(html, "value") == [part for part in typed if part]

    @pytest.mark.parametrize("month", ["3", "03", "mar", "March", "MARCH", "Mar."])
    def test_takes_a_month_as_a_number_or_a_name(self, month):
        form = self.form((" 27 ", month, "2020"))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["visit_date"] == datetime.date(2020, 3, 27)

    def test_left_empty_is_none_where_it_is_not_required(self):
        class Optional(GovukForm):
            seen_on = GovukDateField(label="Seen on", required=False)

        form = Optional({})
        assert form.is_valid()
        assert form.cleaned_data["seen_on"] is None

    def test_shows_a_date_it_was_given_and_knows_whether_it_changed(self):
        class Edit(GovukForm):
            visit_date = GovukDateField(label="Visit date")

        initial = {"visit_date": datetime.date(2020, 3, 7)}
        assert attribute_values(render_crispy_form(Edit(initial=initial)), "value") == ["7", "3", "2020"]
        same = {"visit_date_day": "07", "visit_date_month": "March", "visit_date_year": "2020"}
        assert Edit(same, initial=initial).changed_data == []
        assert Edit({**same, "visit_date_day": "8"}, initial=initial).changed_data == ["visit_date"]

    def test_an_error_from_elsewhere_marks_every_box(self):
        form = self.form(("27", "3", "2020"))
        form.add_error("visit_date", "Visit date must be today or in the past")
        html = render_crispy_form(form)
        assert all(self.box_is_wrong(html, name) for name in ("day", "month", "year"))

    @staticmethod
    def form(typed: tuple[str, str, str]) -> GovukForm:
        class Visit(GovukForm):
            visit_date = GovukDateField(label="Visit date")

        names = ("visit_date_day", "visit_date_month", "visit_date_year")
        return Visit(dict(zip(names, typed, strict=True)))

    @staticmethod
    def box_is_wrong(html: str, part: str) -> bool:
        box = re.search(rf'<input class="([^"]*)" id="id_visit_date_{part}"', html)
        return "govuk-input--error" in box[1].split()


class TestAForm:
    def page(self, data: dict | None = None) -> str:
        request = RequestFactory().get("/gallery/form/") if data is None else None
        request = request or RequestFactory().post("/gallery/form/", data)
        return gallery.form_page(request).content.decode()

    def test_each_error_in_the_summary_leads_to_an_input_on_the_page(self):
        html = self.page(gallery.WRONG)
        summary = html[html.index("govuk-error-summary__list") : html.index("<h1")]
        targets = [href.removeprefix("#") for href in attribute_values(summary, "href")]
        assert len(targets) == 12
        ids = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', html)
        assert set(targets) <= set(ids)

    def test_the_title_says_error_only_after_a_refusal(self):
        assert "<title>Error: Record a visit – Safeguarding Oversight</title>" in self.page(gallery.WRONG)
        assert "<title>Record a visit – Safeguarding Oversight</title>" in self.page()

    def test_what_was_typed_stays_but_for_the_password(self):
        html = self.page({**gallery.WRONG, "password": "not to be sent back", "reference": '"><b>C-1'})
        for typed in ("nobody", "feb", "ten", "x" * 120):
            assert f'value="{typed}"' in html
        assert "not to be sent back" not in html
        assert "&quot;&gt;&lt;b&gt;C-1" in html

    def test_every_id_is_used_once(self):
        ids = attribute_values(self.page(gallery.WRONG), "id")
        assert sorted(ids) == sorted(set(ids))

    def test_a_revealed_question_stands_inside_the_choice_that_reveals_it(self):
        html = self.page()
        revealed = html.index('id="conditional-id_method_1"')
        assert revealed < html.index('id="id_reason"') < html.index('id="id_method_2"')
        assert html.count('id="id_reason"') == 1

    def test_drawing_a_form_twice_gives_the_same(self):
        form = gallery.GalleryForm(gallery.WRONG)
        assert render_crispy_form(form) == render_crispy_form(form)

    def test_figures_are_typed_in_plain_boxes_with_the_right_keyboard(self):
        html = self.page()
        interval = re.search(r'<input[^>]*id="id_interval"[^>]*>', html)[0]
        assert 'type="text"' in interval
        assert 'inputmode="numeric"' in interval
        assert " min=" not in interval
        assert 'inputmode="decimal"' in re.search(r'<input[^>]*id="id_share"[^>]*>', html)[0]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("a\x00b", "Notes must not include control characters"),
            ("a\x07b", "Notes must not include control characters"),
            ("a\u202eb", "Notes must not include control characters"),
            ("x" * 11, "Notes must be 10 characters or fewer"),
            ("", "Enter the notes"),
        ],
    )
    def test_text_that_cannot_be_kept_is_refused_in_words(self, value, message):
        class Notes(GovukForm):
            notes = LongTextField(label="Notes", max_length=10)

        assert Notes({"notes": value}).errors["notes"] == [message]

    def test_a_line_break_counts_once_as_on_the_page(self):
        class Notes(GovukForm):
            notes = LongTextField(label="Notes", max_length=5)

        form = Notes({"notes": "a\r\nb\r\nc"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["notes"] == "a\nb\nc"

    def test_radio_buttons_offer_no_empty_answer(self):
        field = forms.ChoiceField(
            label="Seen?", widget=forms.RadioSelect, choices=[("", "Choose"), ("y", "Yes"), ("n", "No")]
        )
        html = question(field)
        assert attribute_values(html, "value") == ["y", "n"]
        # The first that is offered has the id that an error in the summary leads to.
        assert 'id="answer_0" name="answer" type="radio" value="y"' in html

    def test_a_message_of_the_field_itself_is_left_as_it_is(self):
        class Visit(GovukForm):
            team = forms.ChoiceField(
                label="Team", choices=[("1", "North")], error_messages={"required": "Say who"}
            )
            other = forms.ChoiceField(label="Other team", choices=[("1", "North")])

        form = Visit({"other": "9"})
        assert form.errors == {"team": ["Say who"], "other": ["Select one of the choices offered"]}


class TestComponents:
    def test_a_table_names_its_columns_and_escapes_its_cells(self):
        html = render_to_string(
            "components/table.html",
            {"table": {**gallery.TABLE, "rows": [["<script>", {"text": "<b>", "href": "/x"}]]}},
        )
        assert "&lt;script&gt;" in html
        assert "&lt;b&gt;" in html
        assert html.count('scope="col"') == 5
        assert html.count("govuk-table__header--numeric") == 4
        assert 'tabindex="0"' in html

    def test_an_empty_table_says_so(self):
        html = render_to_string(
            "components/table.html", {"table": {**gallery.TABLE, "rows": [], "empty": "None yet."}}
        )
        assert "None yet." in html
        assert 'colspan="5"' in html

    def test_pages_keep_the_other_choices(self):
        request = RequestFactory().get("/", {"team": "North & East", "page": "2"})
        pages = Paginator(range(100), 10)
        html = drawn(
            '{% include "components/pagination.html" with noun="visits" %}',
            page_obj=pages.page(2),
            request=request,
        )
        links = attribute_values(html, "href")
        assert len(links) == 6
        assert all(link.startswith("?team=North+%26+East&page=") for link in links)
        assert "Showing <strong>11</strong> to <strong>20</strong> of <strong>100</strong> visits" in html

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (5, "less than a minute ago"),
            (720, "12\xa0minutes ago"),
            (4000, "1\xa0hour ago"),
            (-9, "less than a minute ago"),
        ],
    )
    def test_figures_say_how_old_they_are(self, seconds, words):
        age = {"worked_out_at": gallery.NOW - datetime.timedelta(seconds=seconds), "now": gallery.NOW}
        assert words in render_to_string("components/figure_age.html", {"age": age})

    def test_stale_figures_warn_and_missing_figures_say_so(self):
        age = {"worked_out_at": gallery.NOW, "now": gallery.NOW, "stale": True}
        assert "out of date" in render_to_string("components/figure_age.html", {"age": age})
        assert "not been worked out yet" in render_to_string("components/figure_age.html", {"age": None})

    @pytest.mark.parametrize(
        ("hour", "minute", "words"),
        [(9, 5, "9:05am"), (0, 0, "midnight"), (12, 0, "midday"), (12, 30, "12:30pm"), (23, 59, "11:59pm")],
    )
    def test_the_time_of_day_is_written_as_on_gov_uk(self, hour, minute, words):
        assert drawn("{{ at|clock }}", at=datetime.datetime(2020, 7, 1, hour, minute)) == words

    def test_a_chart_has_its_finding_its_data_and_its_whole_table(self):
        figure = {"data": [{"type": "bar", "name": "</script><script>alert(1)</script>", "x": [], "y": []}]}
        html = render_to_string("components/chart.html", {"chart": {**gallery.CHART, "figure": figure}})
        assert "<script>alert" not in html
        assert 'data-plotly="visits-figure"' in html
        assert 'id="visits-figure"' in html
        assert gallery.CHART["title"] in html
        for row in gallery.TABLE["rows"]:
            for entry in row:
                assert (entry if isinstance(entry, str) else entry["text"]) in html
        assert "<svg" in html

    def test_a_person_sees_who_is_signed_in_and_signs_out_by_post(self):
        html = gallery.components(RequestFactory().get("/gallery/")).content.decode()
        assert "Rosalind Okafor-Whitworth, Social worker" in html
        assert '<form method="post" action="/gallery/sign-out/"' in html


ERRORS = {
    "400.html": "could not read",
    "403.html": "ask your manager",
    "404.html": "not able to see",
    "500.html": "problem with the service",
    "errors/csrf.html": "out of date",
    "errors/409.html": "Somebody changed this",
    "errors/413.html": "too large",
    "errors/429.html": "too many times",
    "errors/locked_out.html": "too many attempts",
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_stands_without_any_context(name):
    html = render_to_string(name)
    assert ERRORS[name] in html
    assert html.count("<h1") == 1
    assert "Safeguarding Oversight</title>" in html


def test_the_page_for_our_own_failure_asks_nothing_that_may_have_failed():
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("the database is away")

    request = RequestFactory().get("/")
    request.user = request.session = Broken()
    answer = server_error(request)
    assert answer.status_code == 500
    assert b"problem with the service" in answer.content


def test_a_stale_edit_shows_both_texts():
    html = gallery.error_page(RequestFactory().get("/"), "409").content.decode()
    assert "Seen at home.<br>Well." in html
    assert gallery.LONG in html
    assert "Shielding" in html


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_nothing_inline(path):
    """The content security policy would drop it, and the page would differ from what its author saw."""
    source = re.sub(
        r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", path.read_text(encoding="utf-8"), flags=re.S
    )
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))
    assert not re.search(r"src=[\"'](?:https?:)?//|<link[^>]*href=[\"'](?:https?:)?//", source)
    # Without the page's context there is no token, and the form would be refused.
    assert not re.search(r"components/(?:form|post_button)\.html[^%]*\bonly\s*%}", source)


def test_every_static_file_that_a_template_names_is_there():
    named = {
        name
        for path in templates()
        for name in re.findall(r"{%\s*static\s+['\"]([^'\"]+)['\"]", path.read_text(encoding="utf-8"))
    }
    assert "js/init.js" in named
    assert [name for name in sorted(named) if finders.find(name) is None] == []


def test_static_files_can_be_collected_under_hashed_names(settings, tmp_path):
    """Fails where CSS or a source map points at a file that is not there."""
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert "vendor/govuk-frontend/govuk.css" in manifest


def test_no_front_end_file_reaches_outside_or_uses_the_crown():
    css = (ROOT / "static/vendor/govuk-frontend/govuk.css").read_text(encoding="utf-8")
    assert "govuk-button" in css
    assert not re.search(r"GDS Transport|crest|crown|@import|url\(", css, re.I)
    for path in [*(ROOT / "static/css").glob("*.css"), *(ROOT / "static/js").glob("*.js")]:
        assert not re.search(r"https?://|innerHTML|eval\(", path.read_text(encoding="utf-8")), path.name


class TestLongWords:
    """An address may break where a reader would break it, and nothing in it becomes markup."""

    def test_addresses_break_and_other_words_do_not(self):
        mail = breakable("marguerite.oduya@halverton-trust.example")
        assert mail == "marguerite.oduya@<wbr>halverton-trust.example"
        assert "https://<wbr>www" in breakable("see https://www.legislation.gov.uk/uksi/2010/959/made")
        assert breakable("a.short@one.example") == "a.short@one.example"
        assert breakable(7) == 7

    def test_what_is_in_a_long_word_stays_text(self):
        assert "<script" not in breakable("<script>alert(1)</script>@a.very.long.example")
        table = {"caption": "Names", "columns": [{"text": "Name"}], "rows": [["<b>" + "x" * 30 + "</b>"]]}
        html = render_to_string("components/table.html", {"table": table})
        assert "<b>" not in html and "&lt;b&gt;" in html

    def test_a_limit_of_thousands_is_written_as_the_counter_writes_it(self):
        class Notes(GovukForm):
            notes = LongTextField(label="Notes", max_length=4000)

        assert Notes({"notes": "x" * 4001}).errors["notes"] == ["Notes must be 4,000 characters or fewer"]
