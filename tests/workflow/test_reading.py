"""What readers see: tracker, pinned answer, story, badge."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from ideaboard.models import IdeaAddition, IdeaRevision, Status, StatusChange
from ideaboard.workflow.answers import answers_for, pinned_answer
from ideaboard.workflow.history import changes_of
from ideaboard.workflow.timeline import timeline_of
from ideaboard.workflow.tracker import steps_of
from ideaboard.workflow.words import badge_icon, badge_kind, status_words
from tests.conftest import NOW

DAY = timedelta(days=1)


def states(idea):
    return [step.state for step in steps_of(idea)]


def story(idea, viewer=None, additions=(), versions=()):
    return timeline_of(idea, viewer, changes_of(idea), list(additions), list(versions))


@pytest.fixture
def imported(db, status_ids, cast):
    """imported(idea, stage, outcome) -> a change as an import writes it: without words or actor."""

    def write(idea, stage="reviewed", outcome="want"):
        change = StatusChange(
            idea_id=idea.id, status_id=status_ids[stage], stage=stage, outcome=outcome, text="", html="",
            changed_at=NOW, origin="import",
        )  # fmt: skip
        db.session.add(change)
        db.session.flush()
        idea.status_id, idea.change_id, idea.standing = change.status_id, change.id, change.standing
        db.session.commit()
        db.session.expire_all()
        return change

    return write


def test_received_is_four_empty_steps(make_idea):
    assert states(make_idea()) == ["ahead"] * 4


def test_steps_have_their_dates_outcome_and_month(make_idea, move, reload):
    idea = make_idea()
    move(idea, "under_review", now=NOW)
    move(idea, "reviewed", outcome="want", now=NOW + DAY)
    move(idea, "reviewed", "More.", outcome="want", now=NOW + 2 * DAY)
    move(idea, "coming_soon", promised_on=date(2026, 6, 1), now=NOW + 3 * DAY)
    steps = steps_of(reload(idea))
    assert [s.state for s in steps] == ["done", "done", "current", "ahead"]
    assert [s.on for s in steps] == [NOW, NOW + DAY, NOW + 3 * DAY, None]  # a further word does not move the date
    assert steps[1].outcome == "we want this"
    assert steps[2].month == date(2026, 6, 1)


def test_what_was_skipped_is_said(make_idea, move, reload):
    idea = make_idea()
    move(idea, "launched")
    assert states(reload(idea)) == ["skipped", "skipped", "skipped", "current"]


def test_a_no_stops_and_not_now_does_not(make_idea, move, reload):
    idea = make_idea()
    move(idea, "reviewed", outcome="will_not")
    assert states(reload(idea)) == ["skipped", "stopped", "ahead", "ahead"]
    move(idea, "reviewed", outcome="not_now", promised_on=date(2026, 5, 1))
    assert states(reload(idea)) == ["skipped", "current", "ahead", "ahead"]


def test_a_step_back_is_shown_as_it_was(make_idea, move, reload, guest):
    idea = make_idea()
    move(idea, "launched", now=NOW)
    move(idea, "under_review", "It broke.", now=NOW + DAY)
    steps = steps_of(reload(idea))
    assert [s.state for s in steps] == ["current", "ahead", "ahead", "left"]
    assert steps[3].on == NOW
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    assert "then back" in page and "a step back" in page


def test_the_latest_answer_is_pinned(make_idea, move, reload):
    idea = make_idea()
    assert pinned_answer(idea) is None
    note = move(idea, "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))
    assert pinned_answer(reload(idea)).id == note.id
    answer = move(idea, "reviewed", outcome="want", now=NOW + DAY)
    assert pinned_answer(reload(idea)).id == answer.id


def test_an_imported_change_has_no_answer_and_staff_may_add_one(make_idea, move, imported, reload, guest):
    idea = make_idea()
    imported(idea)
    assert pinned_answer(idea) is None
    assert "decided before the move; no answer was kept" in guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    word = move(idea, "reviewed", "We did want it.", outcome="want", now=NOW + DAY)
    assert pinned_answer(reload(idea)).id == word.id
    first, second = (entry for entry in story(idea)[::-1] if entry.change)
    assert (first.kind, first.is_kept, first.is_first_look) == ("changed", False, False)
    assert (second.kind, second.is_kept) == ("word", True)


def test_answers_of_a_list_come_in_one_query(db, make_idea, move, imported):
    ideas = [make_idea(f"idea {n}") for n in range(5)]
    move(ideas[0], "launched", "Old.")
    newest = move(ideas[0], "launched", "New.", now=NOW + DAY)
    note = move(ideas[1], "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))
    move(ideas[2], "under_review", "", is_ready_sentence=True, promised_on=date(2026, 6, 14))
    imported(ideas[2])
    imported(ideas[3])
    [idea.status for idea in ideas]
    statements = []

    def count(*args):
        statements.append(args[2])

    engine = db.session.connection().engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        found = answers_for(ideas)
        assert {c.actor.display_name for c in found.values()} == {"Ada"}
        assert {c.status.stage for c in found.values()} == {"launched", "under_review"}
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert {idea_id: c.id for idea_id, c in found.items()} == {ideas[0].id: newest.id, ideas[1].id: note.id}
    assert len(statements) == 1
    assert answers_for([]) == {}


def test_the_story_is_complete_and_newest_first(db, cast, make_idea, move, reload):
    idea = make_idea(votes_count=213, others_took_part_at=NOW)
    move(idea, "under_review", now=NOW + 2 * DAY)
    move(idea, "launched", now=NOW + 9 * DAY)
    idea.author_stepped_back_at = NOW + 10 * DAY
    db.session.add_all(
        [
            IdeaAddition(idea_id=idea.id, body="Soy.", html="<p>Soy.</p>", added_at=NOW + 3 * DAY),
            IdeaRevision(idea_id=idea.id, actor_id=cast.ada.id, title="Milk", body="", revised_at=NOW + 4 * DAY),
        ]
    )
    db.session.commit()
    from ideaboard.ideas.history import additions_of, versions_of

    idea = reload(idea)
    entries = story(idea, None, additions_of(idea), versions_of(idea))
    kinds = ["stepped_back", "changed", "retitled", "added", "changed", "shared"]
    assert [entry.kind for entry in entries] == kinds
    assert entries[2].was == "Milk" and entries[2].actor.display_name == "Ada"
    assert entries[4].is_first_look and not entries[1].is_first_look
    assert entries[-1].actor is None  # the author stepped back: the name is gone


def test_the_story_on_the_page(db, make_idea, move, guest, reload):
    idea = make_idea(votes_count=213)
    move(idea, "reviewed", "First words.", outcome="not_now", promised_on=date(2026, 5, 1), now=NOW + 2 * DAY)
    change = move(idea, "launched", now=NOW + 9 * DAY)
    change.entitled_count, change.told_count, change.not_told_count = 412, 409, 3
    db.session.commit()
    page = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    for words in (
        "The story so far", "first look after 2 days", "213 votes when launched", "not now", "we look again in May",
        "Told 409 of 412 people", "First words.", "skipped",
    ):  # fmt: skip
        assert words in page, words
    change.told_count, change.not_told_count = 120, 0
    db.session.commit()
    assert "Told 120 of 412 people so far" in guest.get(f"/ideas/{idea.id}-{idea.slug}").text


@pytest.mark.parametrize(
    ("stage", "more", "words", "kind", "icon"),
    [
        ("under_review", {}, "Under review", "under_review", "search"),
        ("reviewed", {"outcome": "want"}, "Reviewed · we want this", "reviewed", "check"),
        (
            "reviewed",
            {"outcome": "not_now", "promised_on": date(2026, 5, 1)},
            "Reviewed · not now",
            "reviewed",
            "clock",
        ),
        ("reviewed", {"outcome": "will_not"}, "Reviewed · we will not do this", "closed", "circle-slash"),
        ("coming_soon", {}, "Coming soon", "coming_soon", "clock"),
        ("coming_soon", {"promised_on": date(2026, 6, 1)}, "Coming soon · June 2026", "coming_soon", "clock"),
        ("launched", {}, "Launched", "launched", "rocket"),
    ],
)
def test_a_status_reads(stage, more, words, kind, icon, make_idea, move, reload):
    idea = make_idea()
    move(idea, stage, **more)
    idea = reload(idea)
    said = status_words(idea)
    assert said in (words, words.removesuffix(" 2026"))
    assert status_words(idea.status, idea.outcome, idea.change.promised_on) == said
    assert badge_kind(idea.status, idea.outcome) == kind
    assert badge_icon(idea.status, idea.outcome) == icon


def test_received_is_plain_text_unless_the_site_says_otherwise(db, make_idea, guest):
    idea = make_idea()
    path = f"/ideas/{idea.id}-{idea.slug}"
    assert "first look" in guest.get(path).text and "badge--under-review" not in guest.get(path).text
    from ideaboard.models import Site

    site = db.session.get(Site, 1)
    if site is None:
        site = Site(id=1)
        db.session.add(site)
    site.received_reads_under_review = True
    db.session.commit()
    page = guest.get(path).text
    assert "badge--under-review" in page
    assert 'class="is-ahead"' in page and 'aria-current="step"' not in page


def test_a_step_ahead_reads_as_the_admin_named_it(db, make_idea):
    db.session.execute(db.update(Status).where(Status.stage == "coming_soon").values(label="On its way"))
    db.session.commit()
    assert [step.name for step in steps_of(make_idea())] == ["Under review", "Reviewed", "On its way", "Launched"]
