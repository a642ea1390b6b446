"""Every component in every state, on pages that only tests can reach."""

import datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe

from safeguarding.kernel.govuk import (
    Checkboxes,
    Fieldset,
    GovukDateField,
    GovukForm,
    Layout,
    LongTextField,
    Radios,
    Text,
)

NOW = datetime.datetime(2020, 7, 1, 9, 42, tzinfo=datetime.UTC)
LONG = "A very long text without mercy " * 6 + "withonewordthatdoesnotendwhereyouwouldexpectitto" * 2
METHODS = [("face_to_face", "Face to face"), ("video", "By video"), ("telephone", "By telephone")]
NAVIGATION = [
    {"text": "What needs me", "href": "/start", "current": True},
    {"text": "Children", "href": "/children"},
    {"text": "Visiting figures", "href": "/figures"},
    {"text": "Jobs", "href": "/jobs"},
]


class GalleryForm(GovukForm):
    """One of each kind of question."""

    reference = forms.CharField(label="Child reference", max_length=12, help_text="For example, C-1042")
    email = forms.EmailField(label="Email address")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    visit_date = GovukDateField(label="Visit date", hint="For example, 27 3 2020")
    interval = forms.IntegerField(label="Interval", min_value=1, max_value=91)
    share = forms.DecimalField(label="Share")
    team = forms.ChoiceField(label="Team", choices=[("", "Choose a team"), ("1", "North"), ("2", "South")])
    seen = forms.ChoiceField(
        label="Was the child seen?", widget=forms.RadioSelect, choices=[("yes", "Yes"), ("no", "No")]
    )
    method = forms.ChoiceField(label="How was the child seen?", widget=forms.RadioSelect, choices=METHODS)
    reason = forms.CharField(label="Why not face to face?", max_length=100, required=False)
    present = forms.MultipleChoiceField(
        label="Who was present?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("parent", "A parent"), ("carer", "A carer"), ("other", "Somebody else")],
    )
    confirmed = forms.BooleanField(label="I have read the plan", help_text="The whole of it")
    evidence = forms.FileField(label="Evidence", required=False, help_text="PDF, up to 5 MB")
    notes = LongTextField(label="What you saw", max_length=200)
    token = forms.CharField(widget=forms.HiddenInput, initial="t-1")

    subjects = {"reference": "the child's reference", "method": "how the child was seen", "team": "a team"}

    def build_layout(self) -> Layout:
        return Layout(
            Text("reference", width=10),
            "email",
            "password",
            "visit_date",
            Text("interval", width=3, suffix="days"),
            Text("share", width=4, suffix="%"),
            "team",
            Radios("seen", inline=True),
            Radios(
                "method",
                hints={"video": "Only if a manager has authorised it"},
                reveal={"video": ["reason"]},
            ),
            Checkboxes("present", hints={"other": "Say who in your notes"}, small=True),
            Fieldset("To finish", "confirmed", "evidence", "notes"),
            "token",
        )


class FilterForm(GovukForm):
    """What stands above a list."""

    plan_type = forms.ChoiceField(
        label="Plan type", choices=[("CP", "Child protection plan"), ("CIN", "Child in need")]
    )
    team = forms.ChoiceField(label="Team", required=False, choices=[("", "All teams"), ("1", "North")])


WRONG = {
    "reference": "C-1042-much-too-long",
    "email": "nobody",
    "visit_date_day": "31",
    "visit_date_month": "feb",
    "visit_date_year": "2020",
    "interval": "ten",
    "method": "video",
    "reason": "x" * 120,
    "notes": "seen\x07",
}
TABLE = {
    "caption": "Children on a child protection plan who were seen, by month",
    "columns": [
        {"text": "Month"},
        {"text": "Children", "numeric": True},
        {"text": "Face to face", "numeric": True},
        {"text": "Alternative", "numeric": True},
        {"text": "Seen", "numeric": True},
    ],
    "rows": [
        ["March 2019", "415", "74.7%", "not collected", "74.7%"],
        [{"text": "March 2020", "href": "/months/2020-03"}, "405", "59.2%", "12.7%", "71.9%"],
        [
            "April 2020",
            "407",
            "52.3%",
            "19.9%",
            {"text": "72.2%", "note": "parts and total are rounded separately"},
        ],
    ],
}
FIGURE = {
    "data": [
        {
            "type": "bar",
            "name": "Face to face",
            "x": ["2019-03", "2020-03", "2020-04"],
            "y": [74.7, 59.2, 52.3],
            "marker": {"color": "#0072b2"},
            "customdata": ["/gallery/empty/", "/gallery/empty/", "https://example.org/"],
        },
        {
            "type": "bar",
            "name": "Alternative",
            "x": ["2019-03", "2020-03", "2020-04"],
            "y": [None, 12.7, 19.9],
            "marker": {"color": "#d55e00", "pattern": {"shape": "/"}},
        },
    ],
    "layout": {
        "barmode": "stack",
        "xaxis": {"type": "category"},
        "yaxis": {"range": [0, 100], "ticksuffix": "%", "title": {"text": "Children seen"}},
    },
}
DRAWING = mark_safe(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100" width="300" height="100">'
    '<rect x="10" y="25" width="60" height="75" fill="#0072b2"/>'
    '<rect x="100" y="41" width="60" height="59" fill="#0072b2"/></svg>'
)
CHART = {
    "id": "visits",
    "title": "72.2% of children on a child protection plan were seen in April 2020",
    "summary": "That is 2.5 points below March 2019.",
    "figure": FIGURE,
    "table": TABLE,
    "svg": DRAWING,
    "source": "Visits recorded by the social work teams; method 1.",
    "age": {"worked_out_at": NOW - datetime.timedelta(minutes=12), "now": NOW, "as_at": NOW},
}
ENTRIES = [
    {
        "title": "Visit by video",
        "when": "25 March 2020",
        "datetime": "2020-03-25",
        "by": "R. Okafor",
        "text": "Seen with both parents.",
        "tag": {"text": "Authorised", "colour": "green"},
        "href": "/visits/1",
        "action": "Correct",
    },
    {
        "title": "Visit cancelled",
        "when": "13 March 2020",
        "struck": True,
        "tag": {"text": "Cancelled", "colour": "grey"},
    },
    {"title": LONG, "when": "2 March 2020", "text": LONG},
]


def page_context(request: HttpRequest) -> dict:
    """What the context processors of the product give, for a signed-in person."""
    return {
        "navigation": NAVIGATION,
        "demo_mode": True,
        "user_role": "Social worker",
        "user": Somebody(),
        "session_timing": {
            "idle_seconds": request.GET.get("idle", 1200),
            "warn_seconds": request.GET.get("warn", 120),
            "keep_alive_url": "/gallery/alive/",
        },
    }


class Somebody:
    is_authenticated = True

    def __str__(self) -> str:
        return "Rosalind Okafor-Whitworth"


def components(request: HttpRequest) -> HttpResponse:
    pages = Paginator(range(240), 10)
    context = page_context(request) | {
        "crumbs": [{"text": "Children", "href": "/children"}, {"text": "C-1042"}],
        "rows": [
            {"key": "Reference", "value": "C-1042", "href": "/edit"},
            {"key": "Plan", "tag": {"text": "Child protection plan", "colour": "purple"}},
            {"key": "Notes", "value": LONG},
        ],
        "table": {**TABLE, "caption": "The same months, alone"},
        "empty_table": {
            **TABLE,
            "caption": "Visits in May",
            "rows": [],
            "empty": "No visits were recorded in May.",
        },
        "long_table": {**TABLE, "caption": "Long words", "rows": [[LONG, "1", "2", "3", "4"]]},
        "page_obj": pages.page(int(request.GET.get("page", 12))),
        "age": CHART["age"],
        "stale_age": {**CHART["age"], "stale": True, "worked_out_at": NOW - datetime.timedelta(days=2)},
        "chart": CHART,
        "tasks": [
            {
                "text": "Authorise a visit by video",
                "href": "/a",
                "hint": "Asked for on 2 April",
                "tag": {"text": "New"},
            },
            {"text": "Read the new guidance", "href": "/b", "tag": {"text": "Late", "colour": "red"}},
            {"text": LONG, "status": "Done"},
        ],
        "entries": ENTRIES,
        "colours": ["grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow"],
        "job": {"label": "Full rebuild", "state_text": "Running", "colour": "blue", "done": 12, "total": 36},
        "filter": FilterForm(request.GET or None),
    }
    return render(request, "gallery/components.html", context)


def form_page(request: HttpRequest) -> HttpResponse:
    form = GalleryForm(request.POST or None, request.FILES or None)
    if request.GET.get("wrong"):
        form = GalleryForm(WRONG)
    return render(request, "gallery/form.html", page_context(request) | {"form": form})


def messages_page(request: HttpRequest) -> HttpResponse:
    told = [
        Told("success", "Visit recorded."),
        Told("warning", "Check the date."),
        Told("error", "It was not saved."),
    ]
    return render(
        request, "gallery/form.html", page_context(request) | {"form": FilterForm(), "messages": told}
    )


class Told(str):
    def __new__(cls, level_tag: str, text: str) -> "Told":
        told = super().__new__(cls, text)
        told.level_tag = level_tag
        return told


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def empty(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html")


def error_page(request: HttpRequest, name: str) -> HttpResponse:
    templates = {
        "400": "400.html",
        "403": "403.html",
        "404": "404.html",
        "409": "errors/409.html",
        "413": "errors/413.html",
        "429": "errors/429.html",
        "500": "500.html",
        "csrf": "errors/csrf.html",
        "locked": "errors/locked_out.html",
    }
    context = {
        "theirs_yours": [
            {"field": "What you saw", "theirs": "Seen at home.\nWell.", "yours": LONG},
            {"field": "Reason", "theirs": "", "yours": "Shielding"},
        ],
        "changed_by": "R. Okafor",
        "changed_at": NOW,
        "edit_url": "/edit",
        "view_url": "/view",
        "minutes": 5,
        "limit": "50 MB",
    }
    return render(request, templates[name], context if name in ("409", "413", "locked") else {})


urlpatterns = [
    path("gallery/", components),
    path("gallery/form/", form_page),
    path("gallery/messages/", messages_page),
    path("gallery/alive/", alive),
    path("gallery/sign-out/", empty, name="account_logout"),
    path("gallery/empty/", empty),
    path("gallery/error/<str:name>/", error_page),
]
