"""Evidence files: what is taken, who may see it, and that nothing stays half kept."""

import io
import os
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from partners.models import Action, Evidence, Question
from partners.rules import files as rules
from partners.selectors.files import path_of
from partners.services import files as services
from safeguarding.kernel.errors import AlreadyDone, Refusal
from tests.partners.factories import make_cycle, make_organisation, make_question_set, make_return, represent
from tests.people import person, sign_in

NOW = datetime(2020, 4, 21, 9, tzinfo=UTC)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
DOCX_TYPES = b'<?xml version="1.0"?><Types ContentType="application/vnd.word.document.main+xml"/>'


def archive(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    parts = {"[Content_Types].xml": DOCX_TYPES, "word/document.xml": b"<w/>"}
    return archive(parts | more)


def locked(content: bytes) -> bytes:
    """The archive with the mark of a password on each entry."""
    marked = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            marked[at + offset] |= 1
            at = content.find(sign, at + 1)
    return bytes(marked)


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        rules.check(name, content)
    assert refusal.value.field == "file"
    return refusal.value.code


class TestContent:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("plan.pdf", PDF),
            ("chart.PNG", PNG),
            ("photo.jpg", JPEG),
            ("photo.jpeg", JPEG + b"\0\0"),
            ("minutes.docx", docx()),
            ("figures.xlsx", archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})),
            ("slides.pptx", archive({"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<x/>"})),
            ("text.odt", archive({"mimetype": rules.MEDIA_TYPES["odt"].encode(), "content.xml": b"<x/>"})),
            ("table.ods", archive({"mimetype": rules.MEDIA_TYPES["ods"].encode()})),
            ("notes.txt", "Zoë’s team\r\n".encode()),
            ("old.csv", "team,note\nA,caf\u00e9\n".encode("cp1252")),
            ("bom.csv", "\ufeffa,b\n".encode()),
        ],
    )
    def test_what_is_taken(self, name, content):
        checked = rules.check(name, content)
        assert checked.file_name == name
        assert checked.media_type == rules.MEDIA_TYPES[name.rpartition(".")[2].lower()]

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.pdf", b"", "file_empty"),
            ("a.txt", b"a" * (5 * 1024 * 1024 + 1), "file_too_large"),
            ("a.exe", b"MZ", "kind_not_taken"),
            ("a.docm", docx(), "kind_not_taken"),
            ("a.svg", b"<svg/>", "kind_not_taken"),
            ("a.html", b"<p>", "kind_not_taken"),
            ("a", PDF, "kind_not_taken"),
            ("a.pdf.exe", PDF, "kind_not_taken"),
            ("a.pdf", PNG, "kind_differs"),
            ("a.png", PDF, "kind_differs"),
            ("a.jpg", PNG, "kind_differs"),
            ("a.docx", PDF, "kind_differs"),
            ("a.docx", archive({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "kind_differs"),
            ("a.odt", archive({"mimetype": rules.MEDIA_TYPES["ods"].encode()}), "kind_differs"),
            ("a.zip", archive({"a": b""}), "kind_not_taken"),
            ("a.txt", b"MZ\x00\x01", "kind_differs"),
            ("a.txt", b"a\x1bb", "kind_differs"),
            ("a.txt", b" <!DOCTYPE html><script>", "kind_differs"),
            ("a.csv", PDF, "kind_differs"),
            ("a.docx", locked(docx()), "file_encrypted"),
            ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_encrypted"),
            ("a.docx", docx(**{"word/vbaProject.bin": b"x"}), "file_has_macros"),
            ("a.docx", docx(**{"word/activeX/one.bin": b"x"}), "file_has_macros"),
            ("a.docx", docx(**{"../out.xml": b"x"}), "file_damaged"),
            ("a.docx", docx(**{"/etc/passwd": b"x"}), "file_damaged"),
            ("a.docx", docx()[:-40], "file_damaged"),
            ("a.docx", docx() + b"<script>", "file_damaged"),
        ],
    )
    def test_what_is_refused(self, name, content, code):
        assert refused(name, content) == code

    def test_a_word_file_that_says_it_has_macros(self):
        types = b'<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
        assert refused("a.docx", docx(**{"[Content_Types].xml": types})) == "file_has_macros"

    def test_basic_in_an_opendocument(self):
        content = archive({"mimetype": rules.MEDIA_TYPES["odt"].encode(), "Basic/Standard/one.xml": b"x"})
        assert refused("a.odt", content) == "file_has_macros"

    @pytest.mark.parametrize(
        ("name", "first"), [("a.pdf", PDF), ("a.png", PNG), ("a.jpg", JPEG), ("a.txt", b"hello\n")]
    )
    def test_two_files_in_one(self, name, first):
        """The archive behind a picture opens in every unpacker; the picture opens too."""
        behind = first + archive({"hidden.exe": b"MZ"})
        closed = {"a.pdf": b"\n%%EOF\n", "a.png": PNG[-12:], "a.jpg": b"\xff\xd9"}.get(name, b"")
        assert zipfile.is_zipfile(io.BytesIO(behind + closed))
        assert refused(name, behind + closed) == "kind_differs"

    def test_something_before_an_archive(self):
        assert refused("a.docx", b"#!/bin/sh\n" + docx()) == "kind_differs"


class TestBombs:
    def test_what_unpacks_beyond_the_limit_is_never_unpacked(self, monkeypatch):
        bomb = docx(**{"word/media/big": b"\0" * (21 * 1024 * 1024)})
        assert len(bomb) < 100_000
        monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
        assert refused("a.docx", bomb) == "unpacks_too_large"

    def test_a_directory_that_lies_about_the_size(self):
        content = bytearray(docx(**{"word/big": b"\0" * (21 * 1024 * 1024)}))
        at = content.rfind(b"PK\x01\x02")
        content[at + 24 : at + 28] = (10).to_bytes(4, "little")
        assert refused("a.docx", bytes(content)) == "file_damaged"

    def test_too_many_entries(self):
        content = docx(**{f"word/{number}.xml": b"" for number in range(2_000)})
        assert refused("a.docx", content) == "too_many_entries"

    def test_two_entries_of_one_name(self):
        out = io.BytesIO(docx())
        with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("word/document.xml", b"<other/>")
        assert refused("a.docx", out.getvalue()) == "file_damaged"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("../../etc/plan.pdf", "plan.pdf"),
        ("pl\u202efdp.exe.pdf", "plfdp.exe.pdf"),
        ("a\x00b\x1f\n.pdf", "ab.pdf"),
        ("a\u200b\ufeff.pdf", "a.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        (".pdf", "file.pdf"),
        ("CON.pdf", "file-CON.pdf"),
        ("plan.pdf. ", "plan.pdf"),
        ("Zoë\u0301.txt", "Zoë\u0301.txt"),
        ("", "file"),
        ("x" * 300 + ".docx", "x" * 115 + ".docx"),
    ],
)
def test_names_are_safe(sent, kept):
    assert rules.safe_name(sent) == kept
    assert len(rules.safe_name(sent)) <= 120
    assert rules.safe_name(kept) == kept


@pytest.fixture
def files(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "evidence"


@pytest.fixture
def world(db, files):
    with time_machine.travel(NOW, tick=False):
        yield World()


class World:
    def __init__(self) -> None:
        self.lead, self.other_lead = person("PR", name="Lead"), person("PR", name="Other")
        self.coordinator, self.board = person("CO", name="Coordinator"), person("BM", name="Board")
        self.auditor, self.manager = person("AU", name="Auditor"), person("MG", name="Manager")
        self.own = make_organisation("Own", lead=self.lead)
        self.other = make_organisation("Other", lead=self.other_lead)
        self.set = make_question_set()
        self.question = Question.objects.get(code="level")
        self.return_ = make_return(self.own, make_cycle(), self.set, "started")
        self.action = make_action(self.own, self.coordinator)

    def attach(self, name: str = "plan.pdf", content: bytes = PDF, **other) -> Evidence:
        values = {
            "user": self.lead,
            "upload": SimpleUploadedFile(name, content),
            "token": uuid4(),
            "now": NOW,
            "return_": self.return_,
            "question": self.question,
        }
        return services.store_evidence(**(values | other))

    def submit(self, at: datetime) -> None:
        type(self.return_).objects.filter(pk=self.return_.pk).update(
            state="submitted", submitted_at=at, submitted_by=self.lead
        )


def make_action(organisation, by, **fields) -> Action:
    day = NOW.date()
    values = {
        "title": "Open the second hub",
        "source_kind": "board",
        "source_uid": uuid4(),
        "source_label": "Board",
        "original_due_on": day,
        "due_on": day,
        "created_at": NOW,
        "created_by": by,
    }
    return Action.objects.create(organisation=organisation, **(values | fields))


def as_(user) -> Client:
    return sign_in(Client(), user)


def statuses(evidence: Evidence, *users, name: str = "return_file") -> list[int]:
    found = []
    for user in users:
        answer = as_(user).get(reverse(name, args=[evidence.uid]))
        if answer.streaming:
            list(answer.streaming_content)
        found.append(answer.status_code)
    return found


class TestKeeping:
    def test_kept_privately_and_offered_as_a_download(self, world, files):
        evidence = world.attach("Our plan.pdf")
        path = path_of(evidence.uid)
        assert path == files / evidence.uid.hex
        assert path.read_bytes() == PDF
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        answer = as_(world.lead).get(reverse("return_file", args=[evidence.uid]))
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="Our plan.pdf"'
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        trail = AuditEvent.objects.filter(object_kind="evidence").order_by("pk")
        assert list(trail.values_list("action", flat=True)) == [
            "evidence.attached",
            "evidence.downloaded",
        ]

    def test_a_second_click_keeps_one(self, world, files):
        token = uuid4()
        first = world.attach(token=token)
        with pytest.raises(AlreadyDone) as again:
            world.attach(token=token)
        assert again.value.outcome == str(first.uid)
        assert [path.name for path in files.iterdir()] == [first.uid.hex]

    def test_what_cannot_be_recorded_leaves_no_file(self, world, files, monkeypatch):
        monkeypatch.setattr(services, "record", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            world.attach()
        assert list(files.iterdir()) == []
        assert not Evidence.objects.exists()

    def test_only_while_the_return_is_in_its_hands(self, world, files):
        world.submit(NOW)
        with pytest.raises(Refusal) as refusal:
            world.attach()
        assert refusal.value.code == "not_in_hand"
        assert list(files.iterdir()) == []

    @pytest.mark.parametrize("who", ["other_lead", "coordinator", "board", "auditor", "manager"])
    def test_nobody_else_attaches(self, world, who):
        with pytest.raises(Refusal, match="cannot be changed"):
            world.attach(user=getattr(world, who))

    def test_a_question_of_another_set(self, world):
        other = make_question_set("other")
        question = Question.objects.get(section__question_set=other, code="level")
        with pytest.raises(Refusal, match="Select the question"):
            world.attach(question=question)

    def test_so_many_and_no_more(self, world, monkeypatch):
        monkeypatch.setattr(rules, "MAX_FILES", 1)
        world.attach()
        with pytest.raises(Refusal) as refusal:
            world.attach()
        assert refusal.value.code == "too_many_files"

    def test_orphans_are_swept_after_a_day(self, world, files):
        evidence = world.attach()
        orphan, fresh = files / uuid4().hex, files / uuid4().hex
        waiting = services.kept_upload(uuid4())
        for path in (orphan, fresh, waiting):
            services.write_private(path, b"x")
        before = (NOW - timedelta(days=2)).timestamp()
        for path in (orphan, waiting, path_of(evidence.uid)):
            os.utime(path, (before, before))
        os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
        assert services.sweep(NOW) == 2
        assert {path.name for path in files.iterdir()} == {evidence.uid.hex, fresh.name}
        assert not waiting.exists()
        assert services.sweep(NOW) == 0


class TestReach:
    def test_a_draft_is_its_organisations_alone(self, world):
        evidence = world.attach()
        deputy = person("PR", name="Deputy")
        represent(deputy, world.own, "deputy")
        assert statuses(evidence, world.lead, deputy) == [200, 200]
        others = (world.other_lead, world.coordinator, world.auditor, world.board)
        assert statuses(evidence, *others) == [404] * 4

    def test_what_was_submitted_is_seen_with_the_return(self, world):
        evidence = world.attach()
        world.submit(NOW + timedelta(hours=1))
        assert statuses(evidence, world.coordinator, world.auditor) == [200, 200]
        assert statuses(evidence, world.board, world.other_lead) == [404, 404]
        world.return_.refresh_from_db()
        world.return_.state, world.return_.accepted_at = "accepted", NOW
        world.return_.accepted_by = world.coordinator
        world.return_.save()
        assert statuses(evidence, world.board) == [200]

    def test_sent_back_others_see_what_was_there_when_it_was_sent(self, world):
        first = world.attach()
        sent = NOW + timedelta(hours=1)
        world.submit(sent)
        type(world.return_).objects.filter(pk=world.return_.pk).update(state="sent_back")
        later = world.attach("later.pdf", now=sent + timedelta(hours=1))
        services.remove_evidence(user=world.lead, evidence=first, now=sent + timedelta(hours=2))
        assert statuses(first, world.lead, world.coordinator) == [404, 200]
        assert statuses(later, world.lead, world.coordinator) == [200, 404]
        page = as_(world.coordinator).get(reverse("return_files", args=[world.return_.uid])).content.decode()
        assert "plan.pdf" in page
        assert "later.pdf" not in page

    def test_no_role_of_the_case_system(self, world):
        evidence = world.attach()
        assert statuses(evidence, world.manager, person("SW"), person("AD")) == [403] * 3

    def test_removed_is_hidden_and_kept(self, world, files):
        evidence = world.attach()
        client = as_(world.lead)
        url = reverse("remove_return_file", args=[evidence.uid])
        assert "Remove plan.pdf?" in client.get(url).content.decode()
        assert path_of(evidence.uid).exists()
        client.post(url)
        assert client.get(reverse("return_file", args=[evidence.uid])).status_code == 404
        assert path_of(evidence.uid).exists()
        assert AuditEvent.objects.filter(action="evidence.removed").count() == 1
        assert client.post(url).status_code == 404

    def test_files_of_an_action_go_with_the_action(self, world):
        evidence = world.attach(user=world.coordinator, return_=None, question=None, action=world.action)
        seen = statuses(
            evidence, world.lead, world.coordinator, world.board, world.other_lead, world.manager,
            name="action_file",
        )  # fmt: skip
        assert seen == [200, 200, 200, 404, 404]
        assert statuses(evidence, world.coordinator) == [404]

    @pytest.mark.parametrize(
        ("who", "state", "may"),
        [
            ("lead", "open", True),
            ("coordinator", "done", True),
            ("other_lead", "open", False),
            ("board", "open", False),
            ("manager", "open", False),
            ("lead", "withdrawn", False),
        ],
    )
    def test_who_attaches_to_an_action(self, world, who, state, may):
        Action.objects.filter(pk=world.action.pk).update(state="open")
        if state == "done":
            Action.objects.filter(pk=world.action.pk).update(
                state=state, done_at=NOW, done_by=world.lead, done_on=NOW.date(), evidence_text="It is open"
            )
        else:
            Action.objects.filter(pk=world.action.pk).update(state=state)
        attach = {"user": getattr(world, who), "return_": None, "question": None, "action": world.action}
        if may:
            assert world.attach(**attach).action == world.action
        else:
            with pytest.raises(Refusal, match="cannot be changed"):
                world.attach(**attach)

    def test_a_manager_attaches_to_what_is_theirs(self, world):
        Action.objects.filter(pk=world.action.pk).update(owner=world.manager)
        attach = {"user": world.manager, "return_": None, "question": None, "action": world.action}
        assert world.attach(**attach)


class TestPages:
    def send(self, world, name: str, content: bytes, **other):
        data = {
            "question": "level",
            "file": SimpleUploadedFile(name, content),
            "token": str(uuid4()),
        }
        url = reverse("attach_return_file", args=[world.return_.uid])
        return as_(world.lead).post(url, data | other, follow=True)

    def test_attached_and_listed(self, world):
        page = self.send(world, "plan.pdf", PDF).content.decode()
        assert "plan.pdf attached." in page
        assert "How do your services to children run?" in page
        assert Evidence.objects.get().question == world.question

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("plan.pdf", PNG, "The name says that the file is a PDF"),
            ("plan.docx", docx(**{"word/vbaProject.bin": b"x"}), "holds macros"),
            ("plan.exe", b"MZ", "The file must be PDF"),
        ],
    )
    def test_refused_with_words(self, world, name, content, words):
        response = self.send(world, name, content)
        assert words in response.context["form"].errors["file"][0]
        assert not Evidence.objects.exists()

    def test_no_question_and_no_file(self, world):
        response = self.send(world, "plan.pdf", PDF, question="")
        assert list(response.context["form"].errors) == ["question"]
        response = self.send(world, "plan.pdf", PDF, file="")
        assert "Select a file" in response.context["form"].errors["file"][0]

    def test_too_large_is_turned_away_unread(self, world):
        response = self.send(world, "plan.txt", b"a" * (5 * 1024 * 1024 + 200_000))
        assert response.status_code == 413
        assert "up to 5 MB" in response.content.decode()

    def test_the_question_is_chosen_by_the_link(self, world):
        url = reverse("return_files", args=[world.return_.uid])
        form = as_(world.lead).get(url, {"question": "waiting"}).context["form"]
        assert form["question"].value() == "waiting"

    def test_more_files_ask_no_more_queries(self, world, django_assert_max_num_queries):
        client = as_(world.lead)
        url = reverse("return_files", args=[world.return_.uid])
        client.get(url)
        for number in range(5):
            world.attach(f"{number}.pdf")
        with django_assert_max_num_queries(16):
            assert "4.pdf" in client.get(url).content.decode()
