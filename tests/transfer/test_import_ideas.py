"""The import through its command: what is there afterwards, and what is not."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from ideaboard.models import (
    Comment,
    Delivery,
    Event,
    Follow,
    Idea,
    Notification,
    Organisation,
    Person,
    Vote,
)
from tests.transfer.conftest import IDEAS, STATUSES, as_csv, as_lines


def idea(db, key) -> Idea:
    return db.session.scalars(select(Idea).where(Idea.import_id == str(key))).one()


def comment(db, key) -> Comment:
    return db.session.scalars(select(Comment).where(Comment.import_id == str(key))).one()


def test_ideas_come_in_whole(run, city, db, cast):
    result = run(*city)
    assert result.exit_code == 0, result.output
    assert "3 ideas, 5 comments" in result.output
    shade = idea(db, 3)
    assert (shade.title, shade.slug) == ("More shade on the square", "more-shade-on-the-square")
    assert "Trees, not &lt;umbrellas&gt;.<br>" in shade.body_html
    assert shade.excerpt.startswith("Trees, not <umbrellas>.")
    assert (shade.origin, shade.import_source, shade.board_id) == ("import", "city", cast.drinks.id)
    assert shade.author.display_name == "user-17"
    assert shade.author.email is None
    assert shade.visible_at == shade.created_at
    assert db.session.scalars(
        select(Event.facts).where(Event.idea_id == shade.id, Event.kind == "idea.submitted")
    ).one() == {
        "url": "https://city.example/3",
        "category": "Streets",
    }


def test_imported_totals_stay_apart_from_votes(run, city, db):
    run(*city)
    assert (idea(db, 3).imported_votes, idea(db, 3).votes_count) == (60, 0)


def test_an_idea_without_an_author_has_none(run, city, db):
    run(*city)
    assert idea(db, 4).author_id is None
    assert not db.session.scalars(select(Person).where(Person.display_name == "user-None")).all()


def test_statuses_come_without_invented_answers(run, city, db):
    run(*city)
    for key, outcome in ((3, "want"), (4, "will_not")):
        change = idea(db, key).change
        assert (change.stage, change.outcome, change.origin, change.text) == ("reviewed", outcome, "import", "")
        assert change.changed_at == idea(db, key).created_at
        assert idea(db, key).standing == outcome
    assert (idea(db, 7).change_id, idea(db, 7).standing) == (None, "received")


def test_a_day_is_its_noon_but_never_after_its_first_comment(run, city, db):
    run(*city)
    assert idea(db, 4).created_at == datetime(2016, 2, 1, 12, tzinfo=UTC)
    assert idea(db, 3).created_at == datetime(2016, 1, 22, 9, 30, tzinfo=UTC)


def test_times_without_a_zone_are_the_sites(run, city, db):
    from ideaboard.models import Site

    db.session.merge(Site(id=1, time_zone="Europe/Madrid"))
    run(*city)
    assert comment(db, 54).posted_at == datetime(2016, 2, 3, 9, tzinfo=UTC)


def test_an_organisation_that_wrote_is_kept(run, city, db):
    run(*city)
    sharing = idea(db, 7)
    assert db.session.get(Organisation, sharing.organisation_id).name == "Neighbours of Sants"
    assert idea(db, 3).organisation_id is None


def test_threads_keep_their_true_parents(run, city, db):
    run(*city)
    first, second, third = (comment(db, key) for key in (50, 51, 52))
    assert (first.parent_id, second.parent_id, third.parent_id) == (None, first.id, second.id)
    assert (first.root_id, second.root_id, third.root_id) == (None, first.id, first.id)
    assert second.body == "Me too: <https://a.org/b>"
    assert first.html.strip() == "<p>I would <strong>water</strong> them.</p>"


def test_hidden_comments_are_hidden_and_not_counted(run, city, db):
    run(*city)
    assert comment(db, 53).hidden_at is not None
    assert idea(db, 4).comments_count == 1
    assert idea(db, 3).comments_count == 3


def test_others_took_part_from_the_first_comment_of_somebody_else(run, city, db):
    run(*city)
    assert idea(db, 3).others_took_part_at == comment(db, 51).posted_at
    assert idea(db, 4).others_took_part_at == comment(db, 54).posted_at
    assert idea(db, 7).others_took_part_at is None


def test_an_import_gives_no_votes_follows_mails_or_work(run, city, db):
    run(*city)
    for model in (Vote, Follow, Notification, Delivery):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    assert set(db.session.scalars(select(Event.origin).where(Event.kind != "person.joined"))) == {"import"}


def test_a_second_run_changes_nothing(run, city, db, count_rows):
    run(*city)
    tables = ("idea", "comment", "person", "organisation", "status_change", "event")
    before = {table: count_rows(table) for table in tables}
    result = run(*city)
    assert result.exit_code == 0
    assert "0 changes" in result.output
    assert "0 new, 3 there already" in result.output
    assert {table: count_rows(table) for table in tables} == before


def test_a_second_run_adds_what_is_new_and_leaves_the_rest(run, city, put, db):
    run(*city)
    shade = idea(db, 3)
    shade.title = "More shade, said staff"
    db.session.commit()
    more = [*IDEAS, IDEAS[0] | {"id": 9, "title": "Fountains"}]
    run(put("city.jsonl", as_lines(more)), *city[1:])
    assert idea(db, 9).title == "Fountains"
    assert idea(db, 3).title == "More shade, said staff"


def test_comments_may_come_later(run, city, db):
    run(city[0], *STATUSES)
    assert idea(db, 3).comments_count == 0
    run(*city)
    assert idea(db, 3).comments_count == 3


def test_a_dry_run_writes_nothing_and_says_what_it_would(run, city, count_rows):
    before = count_rows("idea")
    result = run(*city, "--dry-run")
    assert result.exit_code == 0
    assert "3 new" in result.output
    assert "nothing was written" in result.output
    assert count_rows("idea") == before


def test_statuses_are_never_guessed(run, city, count_rows):
    before = count_rows("idea")
    result = run(*city[:3])
    assert result.exit_code == 1
    assert "--status accepted=reviewed:want --status rejected=reviewed:will_not" in result.output
    assert count_rows("idea") == before


def test_answers_of_the_export_come_along(run, put, db):
    rows = [{"number": 10, "title": "Go", "status": "declined", "response": "Not *now*", "responded_at": "2018-04-04T19:48:10Z",
             "created_at": "2018-03-23T19:33:22Z"}]  # fmt: skip
    assert run(put("fider.csv", as_csv(rows)), "--status", "declined=reviewed:will_not").exit_code == 0
    change = idea(db, 10).change
    assert (change.text, change.html.strip()) == ("Not \\*now\\*", "<p>Not *now*</p>")
    assert change.changed_at == datetime(2018, 4, 4, 19, 48, 10, tzinfo=UTC)


def test_what_is_left_out_is_counted_and_named(run, put, db):
    rows = [
        {"id": 1, "title": "One", "created": "2020-01-01"},
        {"id": 2, "title": " ", "created": "2020-01-01"},
        {"id": 1, "title": "Once more", "created": "2020-01-01"},
        {"id": 3, "title": "Three", "created": "yesterday"},
        {"id": "", "title": "Four", "created": "2020-01-01"},
    ]
    output = run(put("a.csv", as_csv(rows))).output
    assert "1 row left out: no title (row 3)" in output
    assert "1 row left out: the same id as an earlier row (row 4)" in output
    assert "1 row left out: no readable date (row 5)" in output
    assert "1 row left out: no id (row 6)" in output
    assert "1 new, 0 there already and left as they are, 4 left out" in output
    assert [one.title for one in db.session.scalars(select(Idea))] == ["One"]


def test_comments_that_do_not_fit_are_named(run, put, db):
    ideas = put("ideas.csv", as_csv([{"id": 1, "title": "One"}, {"id": 2, "title": "Two"}]))
    comments = [
        {"id": 1, "idea_id": 99, "parent_id": "", "comment": "Whose?"},
        {"id": 2, "idea_id": 1, "parent_id": "77", "comment": "Answers nobody"},
        {"id": 3, "idea_id": 1, "parent_id": "4", "comment": "In a"},
        {"id": 4, "idea_id": 1, "parent_id": "3", "comment": "circle"},
        {"id": 5, "idea_id": 2, "parent_id": "2", "comment": "Parent on another idea"},
        {"id": 6, "idea_id": 2, "parent_id": "", "comment": " "},
        {"id": 7, "idea_id": 2, "parent_id": "7", "comment": "My own parent"},
    ]
    output = run(ideas, "--comments", put("c.csv", as_csv(comments))).output
    assert "1 row left out: its idea is not there (row 2)" in output
    assert "1 row left out: no words (row 7)" in output
    assert "it stands under the nearest that is (rows 3, 6)" in output
    assert "in a circle: it opens the thread (rows 4, 8)" in output
    assert comment(db, 3).parent_id is None
    assert comment(db, 4).parent_id == comment(db, 3).id


def test_rows_without_ids_are_known_by_their_content(run, put, db, count_rows):
    path = put("plain.csv", "Title,Details\nOne,a\nOne,a\nTwo,b\n")
    run(path)
    assert count_rows("idea") == 3
    assert "0 changes" in run(path).output
    assert count_rows("idea") == 3


def test_a_long_title_and_a_long_text_are_kept_whole(run, put, db):
    title, body = "word " * 100, "x" * 50_000
    run(put("long.json", json.dumps([{"id": 1, "title": title, "body": body}])))
    long = idea(db, 1)
    assert len(long.title) == 300 or long.title.endswith("…")
    assert title.strip() in long.body
    assert body in long.body


def test_an_address_is_no_name(run, put, db):
    run(put("a.csv", "id,title,author\n1,One,vera@example.org\n"))
    person = idea(db, 1).author
    assert person.display_name is None
    assert "@" not in person.import_id
    assert "@" not in person.avatar_seed


def test_columns_of_other_names_are_mapped(run, put, db):
    path = put("x.csv", "Nr;Betreff;Text;Am\n1;Mehr Licht;**Hell**;03.04.2016\n2;Bank;kurz;25.04.2016\n")
    maps = ("--map", "id=Nr", "--map", "title=Betreff", "--map", "body_markdown=Text", "--map", "created_at=Am")
    assert run(path, *maps).exit_code == 0
    assert idea(db, 1).created_at.date().isoformat() == "2016-04-03"
    assert idea(db, 1).body == "**Hell**"


@pytest.mark.parametrize("name", ["a", "drinks "])
def test_an_unknown_board_names_those_that_are_there(run, city, name):
    result = run(*city, board=name)
    assert result.exit_code == 1
    assert "There are: drinks, panel" in result.output


def test_characters_that_no_database_takes_are_left_out(run, put, db):
    strange = json.dumps([{"id": "1", "title": "a\x00b\ud800c", "body": "\x1b[31mred\x00", "author": "x\x00y"}])
    assert run(put("a.json", strange)).exit_code == 0
    assert (idea(db, 1).title, idea(db, 1).body, idea(db, 1).author.display_name) == ("abc", "\\[31mred", "xy")


def test_when_no_row_can_come_in_it_says_so(run, put):
    result = run(put("a.csv", "id,title,created\n1,One,someday\n"))
    assert result.exit_code == 1
    assert "No row of a.csv can come in" in result.output


def test_a_board_of_the_demo_is_warned_of(run, city, db, cast):
    cast.drinks.origin = "demo"
    assert "removes it and all that stands on it" in run(*city, "--dry-run").output
