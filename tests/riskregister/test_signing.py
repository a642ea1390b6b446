"""From draft to sealed: who may do what, on which content, and what shows when somebody edits it by hand."""

from datetime import timedelta
from io import StringIO
from itertools import product
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from riskregister.constants import ReviewState, SignAct
from riskregister.models import BoardReview, PublicRelease, Signature
from riskregister.review.canonical import digest
from riskregister.review.seal import START, seal
from riskregister.rules import reviews as rules
from riskregister.rules.reviews import ReviewFacts, Signer
from riskregister.selectors.chain import broken_seals, sealed_of
from riskregister.services import releases, reviews, signing
from safeguarding.kernel.errors import Refusal, StaleEdit
from tests.riskregister.factories import make_rating
from tests.riskregister.reviews_world import AFTER, HOUR, JULY, JUNE, MAY, Board, make_board
from tests.riskregister.test_compile import refusal

S, A = ReviewState, SignAct
COMPILER, SUBMITTER, APPROVER, SOMEBODY = 1, 2, 3, 4


# Rules: every state, act and person


def facts(state: ReviewState, **fields) -> ReviewFacts:
    gone = state in (S.IN_REVIEW, S.APPROVED, S.PUBLISHED)
    signed = state in (S.APPROVED, S.PUBLISHED)
    values = {
        "compiled": True,
        "compiled_by": COMPILER,
        "submitted_by": SUBMITTER if gone else None,
        "approved_by": APPROVER if signed else None,
        "approved_by_chair": False,
        **fields,
    }
    return ReviewFacts(state=state, **values)


def signer(role: str, key: int = SOMEBODY, *, chair: bool = True) -> Signer:
    return Signer(key, board_member=role == "BM", coordinator=role == "CO", chair=chair and role == "BM")


# Of who may do an act at all: from which states, and where it leads.
ALLOWED = {
    (S.DRAFT, A.SUBMITTED, "CO"): S.IN_REVIEW,
    (S.IN_REVIEW, A.APPROVED, "BM"): S.APPROVED,
    (S.APPROVED, A.PUBLISHED, "BM"): S.PUBLISHED,
    (S.IN_REVIEW, A.RETURNED, "BM"): S.DRAFT,
    (S.IN_REVIEW, A.RETURNED, "CO"): S.DRAFT,
    (S.APPROVED, A.RETURNED, "BM"): S.DRAFT,
    (S.APPROVED, A.RETURNED, "CO"): S.DRAFT,
}


@pytest.mark.parametrize(("state", "act", "role"), list(product(S, A, ("BM", "CO", "AU"))))
def test_every_state_and_act_and_role(state, act, role):
    call = lambda: rules.move(facts(state), act, signer(role), words="Why")  # noqa: E731
    following = ALLOWED.get((state, act, role))
    if following:
        assert call() is following
        return
    in_state = state in rules.MOVES[act][0]
    assert refusal(call) == ("not_your_act" if in_state else "wrong_state")


@pytest.mark.parametrize("act", [A.APPROVED, A.PUBLISHED])
@pytest.mark.parametrize("key", [COMPILER, SUBMITTER])
def test_who_compiled_or_put_it_forward_does_not_sign_it_off(act, key):
    state = S.IN_REVIEW if act is A.APPROVED else S.APPROVED
    assert refusal(rules.move, facts(state), act, signer("BM", key)) == "four_eyes"


def test_who_approved_does_not_publish():
    assert refusal(rules.move, facts(S.APPROVED), A.PUBLISHED, signer("BM", APPROVER)) == "four_eyes"


@pytest.mark.parametrize(
    ("approver", "publisher", "code"),
    [(True, True, ""), (True, False, ""), (False, True, ""), (False, False, "chair_missing")],
)
def test_one_of_the_two_is_the_chair(approver, publisher, code):
    call = lambda: rules.move(  # noqa: E731
        facts(S.APPROVED, approved_by_chair=approver), A.PUBLISHED, signer("BM", chair=publisher)
    )
    assert refusal(call) == code if code else call() is S.PUBLISHED


def test_sent_back_only_with_words_and_put_forward_only_once_compiled():
    assert refusal(rules.move, facts(S.IN_REVIEW), A.RETURNED, signer("BM"), words=" ") == "words_missing"
    bare = facts(S.DRAFT, compiled=False)
    assert refusal(rules.move, bare, A.SUBMITTED, signer("CO")) == "not_compiled"


def test_a_narrative_has_a_limit():
    assert rules.narrative(" a\r\nb ") == "a\nb"
    assert len(rules.narrative("x" * 4000)) == 4000
    assert refusal(rules.narrative, "x" * 4001) == "too_long"


# Services


pytestmark = pytest.mark.django_db


@pytest.fixture
def board() -> Board:
    return make_board()


def test_from_draft_to_sealed(board):
    review = board.compile()
    signing.write_narrative(
        user=board.coordinator, review=review, section="risks", text="Read this with May’s.",
        expected_number=0, now=AFTER[JUNE],
    )  # fmt: skip
    board.submit(review)
    board.approve(review)
    board.sign(review, A.PUBLISHED, board.member, now=AFTER[JUNE] + HOUR)
    review.refresh_from_db()
    assert review.state == S.PUBLISHED
    assert (review.place, review.previous_seal) == (1, START)
    assert review.seal == seal(sealed_of(review))
    assert "Read this with May’s." in review.sealed_extras
    assert "Chris Chair, Director of Children’s Services" in review.sealed_extras
    signatures = list(review.signatures.values_list("act", "by__name", "chair"))
    assert signatures == [
        ("submitted", "Cora", False),
        ("approved", "Chris Chair", True),
        ("published", "Mia Member", False),
    ]
    event = AuditEvent.objects.get(action="board_review.published")
    assert event.detail["seal"] == review.seal and event.object_uid == review.uid


def test_the_content_that_was_read_is_the_content_that_is_signed(board):
    review = board.compile()
    seen = review.digest
    make_rating(board.risk, 5, 5, at=AFTER[JUNE] - timedelta(days=5))
    board.compile()
    fields = {"user": board.coordinator, "review": review, "act": A.SUBMITTED, "now": AFTER[JUNE]}
    assert refusal(signing.sign, expected_digest=seen, **fields) == "content_changed"
    assert not Signature.objects.exists()


def test_the_chain_goes_on(board):
    june = board.published(JUNE)
    july = board.published(JULY)
    assert (july.place, july.previous_seal) == (2, june.seal)


def test_a_review_is_compared_with_the_last_published_one_before_it(board):
    """Of which one was published since it was compiled, its directions of travel are out of date."""
    july = board.compile(JULY)
    board.published(JUNE)
    assert refusal(board.submit, july) == "older_comparison"
    board.compile(JULY)
    board.submit(july)


def test_sent_back_the_approval_is_gone(board):
    review = board.compile()
    board.submit(review)
    board.approve(review)
    board.sign(review, A.RETURNED, board.coordinator, words="A return came in")
    review.refresh_from_db()
    assert (review.state, review.approved_by, review.submitted_by) == (S.DRAFT, None, None)
    board.submit(review)
    board.approve(review, board.other)
    # Neither is the chair: the earlier approval by the chair does not count.
    assert refusal(board.sign, review, A.PUBLISHED, board.member) == "chair_missing"


def test_a_correction_is_a_new_version_and_both_stay(board):
    june = board.published(JUNE)
    text = june.content
    assert (
        refusal(signing.start_correction, user=board.coordinator, review=june, reason=" ", now=AFTER[JULY])
        == "words_missing"
    )
    made = signing.start_correction(user=board.coordinator, review=june, reason="Misread", now=AFTER[JULY])
    assert (made.version, made.corrects, made.cut_off) == (2, june, june.cut_off)
    assert (
        refusal(signing.start_correction, user=board.coordinator, review=june, reason="x", now=AFTER[JULY])
        == "already_open"
    )
    board.compile(JUNE, now=AFTER[JULY])
    board.submit(made)
    board.approve(made)
    board.sign(made, A.PUBLISHED, board.member, now=AFTER[JULY])
    made.refresh_from_db()
    june.refresh_from_db()
    assert (made.place, made.previous_seal) == (2, june.seal)
    assert june.content == text
    assert '"correction_reason":"Misread"' in made.sealed_extras
    assert broken_seals() == (2, [])


def test_a_narrative_is_stale_where_somebody_wrote_since_and_fixed_once_before_the_board(board):
    review = board.compile()
    write = lambda number, text="Words": signing.write_narrative(  # noqa: E731
        user=board.coordinator, review=review, section="risks", text=text, expected_number=number,
        now=AFTER[JUNE],
    )  # fmt: skip
    assert write(0).number == 1
    with pytest.raises(StaleEdit):
        write(0)
    assert write(1, "Better").number == 2
    board.submit(review)
    assert refusal(write, 2) == "fixed"


def test_comments_may_be_made_of_what_is_published(board):
    review = board.published()
    token = uuid4()
    made = signing.comment(
        user=board.other, review=review, section="risks", text=" Why? ", token=token, now=AFTER[JULY]
    )
    assert made.text == "Why?"
    fields = {"user": board.other, "review": review, "section": "risks", "now": AFTER[JULY], "token": token}
    assert refusal(signing.comment, text="Why?", **fields) == "already_done"
    assert refusal(signing.comment, text=" ", **fields) == "words_missing"


@pytest.mark.parametrize(
    "change",
    [
        {"content": "{}"},
        {"seal": "0" * 64},
        {"state": S.DRAFT},
        {"compiled_by_label": "Somebody"},
    ],
)
def test_the_database_refuses_to_change_what_is_published(board, change):
    review = board.published()
    with pytest.raises(DatabaseError), transaction.atomic():
        BoardReview.objects.filter(pk=review.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("DELETE FROM riskregister_signature")


# Edits by hand


@pytest.fixture
def chain(board, django_db_blocker) -> list[BoardReview]:
    """Three published months, and a database whose triggers somebody took away."""
    found = [board.published(month) for month in (MAY, JUNE, JULY)]
    with connection.cursor() as cursor:
        for table in ("boardreview", "signature", "publicrelease"):
            for act in ("update", "delete"):
                on = f" ON riskregister_{table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER riskregister_{table}_no_{act}{on}")
    return found


def check() -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_reviews", stdout=out, stderr=err)
    except SystemExit as left:
        return left.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_whole_chain(chain):
    assert check() == (0, "OK: 3 published reviews are as sealed, 0 public versions are as prepared.\n", "")


def test_no_review_is_a_whole_chain(db):
    assert check() == (0, "OK: 0 published reviews are as sealed, 0 public versions are as prepared.\n", "")


def _content(review):
    return {"content": review.content.replace('"score":12', '"score":2')}


def _content_and_digest(review):
    text = review.content.replace('"score":12', '"score":2')
    return {"content": text, "digest": digest(text)}


EDITS = {
    "content": (_content, "the digest differs"),
    "content and digest": (_content_and_digest, "its seal does not fit"),
    "content that is no review": (
        lambda one: {"content": "{}", "digest": digest("{}")},
        "cannot be read back",
    ),
    "month": (lambda one: {"month": MAY.plus(-3).first_day}, "its seal does not fit"),
    "version": (lambda one: {"version": 7, "correction_reason": "None"}, "its seal does not fit"),
    "cut-off": (lambda one: {"cut_off": one.cut_off + HOUR}, "its seal does not fit"),
    "narrative and signatures": (
        lambda one: {"sealed_extras": one.sealed_extras.replace("Mia", "Max")},
        "its seal does not fit",
    ),
    "place": (lambda one: {"place": 9}, "a review is missing before it"),
    "seal before": (lambda one: {"previous_seal": "1" * 64}, "does not follow the seal"),
    "seal": (lambda one: {"seal": "1" * 64}, "not the one that the audit trail recorded"),
}


@pytest.mark.parametrize(("edit", "words"), EDITS.values(), ids=EDITS)
def test_an_edit_by_hand_is_found_and_named(chain, edit, words):
    june = chain[1]
    BoardReview.objects.filter(pk=june.pk).update(**edit(june))
    code, out, err = check()
    assert (code, out) == (1, "")
    edited = BoardReview.objects.get(pk=june.pk)
    named = f"{edited.month:%Y-%m} version {edited.version} (place {edited.place}): "
    assert any(line.startswith(named) and words in line for line in err.splitlines())


def test_words_of_a_signature_or_a_reason_rewritten(chain):
    Signature.objects.filter(review=chain[1], act=A.PUBLISHED).update(words="I do not agree")
    BoardReview.objects.filter(pk=chain[2].pk).update(correction_reason="None")
    words = "its signatures, narrative or reason of correction are not those that were sealed"
    assert f"2020-06 version 1 (place 2): {words}" in check()[2]
    assert f"2020-07 version 1 (place 3): {words}" in check()[2]


def test_who_signed_and_when_rewritten_on_the_row(chain, board):
    BoardReview.objects.filter(pk=chain[1].pk).update(published_at=chain[1].published_at + HOUR)
    BoardReview.objects.filter(pk=chain[2].pk).update(approved_by=board.other)
    words = "who approved or published it, or when, is not what was signed"
    assert f"2020-06 version 1 (place 2): {words}" in check()[2]
    assert f"2020-07 version 1 (place 3): {words}" in check()[2]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda one: {"content": one.content + " "}, "its public version 1 is not what was prepared"),
        (
            lambda one: {"content": one.content + " ", "digest": digest(one.content + " ")},
            "its public version 1 is not the one in the audit trail",
        ),
        (lambda one: {"uid": uuid4()}, "the audit trail does not know of its public version 1"),
        (lambda one: {"uid": uuid4()}, "was prepared by the audit trail, and is not there"),
    ],
    ids=["content", "content and digest", "put there", "taken away"],
)
def test_a_public_version_edited_by_hand_is_found_and_named(chain, board, edit, words):
    made = releases.prepare(user=board.coordinator, review=chain[1], now=AFTER[JULY])
    assert check() == (0, "OK: 3 published reviews are as sealed, 1 public version is as prepared.\n", "")
    PublicRelease.objects.filter(pk=made.pk).update(**edit(made))
    code, _, err = check()
    assert code == 1
    assert any(line.startswith("2020-06 version 1") and words in line for line in err.splitlines())


def test_put_before_the_board_while_it_was_compiled_it_is_not_overwritten(board, monkeypatch):
    review = board.compile()
    seen = reviews._versions(JUNE)
    board.submit(review)
    digest_before = BoardReview.objects.get(pk=review.pk).digest
    make_rating(board.risk, 5, 5)
    # As the compiler saw it just before it waited for the row.
    monkeypatch.setattr(reviews, "_versions", lambda month: seen)
    with pytest.raises(Refusal) as refused:
        board.compile()
    assert refused.value.code == "before_the_board"
    assert BoardReview.objects.get(pk=review.pk).digest == digest_before


def test_a_signature_on_another_content(chain):
    Signature.objects.filter(review=chain[1], act=A.PUBLISHED).update(digest="2" * 64)
    assert "2020-06 version 1 (place 2): its last signatures are on another content" in check()[2]


@pytest.mark.parametrize(("place", "named"), [(0, "2020-05"), (1, "2020-06"), (2, "2020-07")])
def test_a_review_taken_out_is_missed_the_last_one_too(chain, place, named):
    gone = chain[place]
    gone.signatures.all().delete()
    gone.delete()
    code, _, err = check()
    assert code == 1
    assert f"{named} version 1 (place {place + 1}): it was published by the audit trail, and is not" in err


def test_a_review_made_a_draft_again_is_missed(chain):
    BoardReview.objects.filter(pk=chain[2].pk).update(state=S.DRAFT)
    assert "2020-07 version 1 (place 3): it was published by the audit trail" in check()[2]


def test_a_chain_rewritten_as_a_whole_does_not_fit_the_audit_trail(chain):
    previous = START
    for review in BoardReview.objects.order_by("place"):
        review.content = review.content.replace('"score":12', '"score":2')
        review.digest, review.previous_seal = digest(review.content), previous
        review.seal = previous = seal(sealed_of(review))
        review.save()
        review.signatures.update(digest=review.digest)
    code, _, err = check()
    assert code == 1
    assert err.count("not the one that the audit trail recorded") == 3


def test_a_review_put_in_by_hand_is_unknown_to_the_audit_trail(chain):
    last = chain[2]
    forged = BoardReview.objects.get(pk=last.pk)
    forged.pk, forged.uid = None, "00000000-0000-4000-8000-000000000001"
    forged.version, forged.place, forged.previous_seal = 2, 4, last.seal
    forged.correction_reason = "None"
    forged.seal = seal(sealed_of(forged))
    forged.save(force_insert=True)
    assert "2020-07 version 2 (place 4): the audit trail does not know of its publication" in check()[2]


# Commands


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2020-13", "is not a month"),
        ("June", "is not a month"),
        ("2020-02", "Nothing is on record for February 2020"),
        ("2190-01", "January 2190 is not over"),
    ],
)
def test_recompute_refuses_with_words_and_status_2(board, month, words):
    with pytest.raises(CommandError, match=words) as caught:
        call_command("recompute_board_review", month=month)
    assert caught.value.returncode == 2


def test_recompute_compiles_and_never_touches_what_is_sealed(board):
    out = StringIO()
    call_command("recompute_board_review", month="2020-06", stdout=out)
    review = BoardReview.objects.get()
    assert review.digest in out.getvalue()
    board.submit(review)
    board.approve(review)
    board.sign(review, A.PUBLISHED, board.member)
    with pytest.raises(CommandError, match="is published and is never recomputed") as caught:
        call_command("recompute_board_review", month="2020-06")
    assert caught.value.returncode == 2
