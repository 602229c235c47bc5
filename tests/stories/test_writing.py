"""Writing and editing: once for a form, refused against an older text, and only ideas that all readers may see."""

import re
from types import SimpleNamespace

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Missing
from ideaboard.models import Board, Picture, Story, StoryIdea
from ideaboard.stories.linking import MOST, NotForItsReaders, ideas_named, linked_ids
from ideaboard.stories.pictures import reencode
from ideaboard.stories.publishing import ask_for_reading, publish, read_over, schedule
from ideaboard.stories.wording import NotAStory, words_of
from ideaboard.stories.writing import (
    NotYoursToWrite,
    PublishedAlready,
    WrittenMeanwhile,
    discard_story,
    edit_story,
    write_story,
)
from tests.conftest import NOW
from tests.stories.conftest import file_of


def edit(story, by, *, title=None, body=None, version=None, board=..., ideas=None, pictures=()):
    sent = {
        "version": version or story.version,
        "board_id": story.board_id if board is ... else (board.id if board else None),
        "words": words_of(title or story.title, story.body if body is None else body, {}),
        "idea_ids": linked_ids_of(story) if ideas is None else [i.id for i in ideas],
    }
    end_reading()
    return edit_story(story.id, by, NOW, pictures=list(pictures), **sent)


def linked_ids_of(story):
    found = linked_ids(story.id)
    db.session.commit()
    return found


def read_by(story, *, author, reader):
    ask_for_reading(story.id, author, NOW)
    return read_over(story.id, reader, NOW, version=story.version)


def test_the_same_form_twice_is_one_story(cast, make_idea, count_rows):
    idea = make_idea()
    sent = {"board_id": None, "words": words_of("A year of oat", "Well.", {}), "idea_ids": [idea.id],
            "pictures": [reencode(file_of())], "form_token": "t" * 43}  # fmt: skip
    first = write_story(cast.ada, NOW, **sent)
    assert write_story(cast.ada, NOW, **sent).id == first.id
    assert (count_rows("story"), count_rows("story_idea"), count_rows("picture")) == (1, 1, 1)
    assert (first.state, first.slug, first.excerpt, first.version) == ("draft", "a-year-of-oat", "Well.", 1)


@pytest.mark.parametrize("who", ["vera", "cole", "mo", "lena"])
def test_members_and_colleagues_do_not_write(who, cast, write):
    with pytest.raises(NotYoursToWrite):
        write(getattr(cast, who), board=cast.drinks)


def test_staff_write_for_their_boards_alone(cast, write, db):
    food = Board(slug="food", name="Food", created_at=NOW)
    db.session.add(food)
    db.session.commit()
    with pytest.raises(NotYoursToWrite):
        write(cast.ada, board=food)
    assert write(cast.ada, board=cast.panel).board_id == cast.panel.id
    assert write(cast.root, board=food).author_id == cast.root.id


def test_a_form_against_an_older_text_is_refused(cast, write, reload):
    story = write()
    edit(story, cast.root, body="Better.")
    with pytest.raises(WrittenMeanwhile, match="Ruth saved"):
        edit(story, cast.ada, body="Mine.", version=1)
    assert reload(story).body == "Better."


def test_the_same_words_again_change_nothing(cast, write, reload):
    story = write()
    read_by(story, author=cast.ada, reader=cast.cole)
    assert not edit(story, cast.ada).draft_again
    assert (reload(story).version, story.state, story.edited_at) == (1, "read", None)


@pytest.mark.parametrize("state", ["read", "scheduled"])
@pytest.mark.parametrize("what", ["words", "links", "pictures"])
def test_what_was_read_is_a_draft_again_when_it_says_something_else(state, what, cast, write, make_idea, reload):
    story = write()
    read_by(story, author=cast.ada, reader=cast.cole)
    if state == "scheduled":
        schedule(story.id, cast.ada, NOW, at=NOW.replace(year=2027, month=1))
    change = {
        "words": {"body": "Other."},
        "links": {"ideas": [make_idea()]},
        "pictures": {"pictures": [reencode(file_of())]},
    }
    assert edit(story, cast.ada, **change[what]).draft_again
    reload(story)
    assert (story.state, story.read_by_id, story.read_at, story.publish_at, story.asked_at) == ("draft", *[None] * 4)


def test_only_ideas_that_every_reader_may_see_are_linked(cast, write, make_idea):
    closed = make_idea("Zanzibar", board=cast.panel, author=cast.lena)
    with pytest.raises(NotForItsReaders, match="which is not open to everyone"):
        write(ideas=[closed])
    with pytest.raises(NotForItsReaders, match="not all readers"):
        write(board=cast.drinks, ideas=[closed])
    assert linked_ids(write(board=cast.panel, ideas=[closed, make_idea()]).id)


def test_a_board_for_members_is_not_open_to_everyone(cast, write, make_idea):
    idea = make_idea()
    db.session.execute(db.text("UPDATE board SET who_may_see = 'members' WHERE slug = 'drinks'"))
    db.session.commit()
    with pytest.raises(NotForItsReaders):
        write(ideas=[idea])
    assert write(board=cast.drinks, ideas=[idea])


@pytest.mark.parametrize("column", ["hidden_at", "held_at", "taken_back_at"])
def test_an_idea_that_is_not_in_the_open_is_not_linked(column, cast, write, make_idea):
    idea = make_idea(**{column: NOW})
    with pytest.raises(NotForItsReaders):
        write(cast.root, ideas=[idea])


def test_an_idea_that_the_writer_may_not_see_is_no_idea(cast, write, make_idea, db):
    """What is refused does not tell that it is there."""
    food = Board(slug="food", name="Food", created_at=NOW, who_may_see="listed")
    db.session.add(food)
    db.session.commit()
    hidden = make_idea("Zanzibar", board=food)
    with pytest.raises(NotForItsReaders) as there:
        write(ideas=[hidden])
    assert "Zanzibar" not in str(there.value)
    with pytest.raises(NotForItsReaders) as missing:
        write(ideas=[SimpleNamespace(id=hidden.id + 1)])
    assert str(missing.value) == str(there.value).replace(str(hidden.id), str(hidden.id + 1))


def test_a_story_that_leaves_its_board_takes_along_what_its_readers_may_see(cast, write, make_idea):
    story = write(board=cast.panel, ideas=[make_idea(board=cast.panel, author=cast.lena)])
    with pytest.raises(NotForItsReaders):
        edit(story, cast.ada, board=None)


def test_a_line_names_ideas_by_number_or_address(app):
    assert ideas_named("12, #13 /ideas/14-oat-milk http://localhost/ideas/15-x;16") == [12, 13, 14, 15, 16]
    for wrong in ("oat", "https://elsewhere.example/ideas/3-x", "-4"):
        with pytest.raises(NotAStory):
            ideas_named(wrong)


def test_a_story_is_about_so_many_ideas(cast, write, make_idea):
    with pytest.raises(NotAStory, match=f"at most {MOST}"):
        write(ideas=[make_idea(f"Idea {n}") for n in range(MOST + 1)])


def test_links_keep_their_order_and_go_when_taken_off(cast, write, make_idea):
    a, b, c = (make_idea(name) for name in "ABC" for name in [f"Idea {name}"])
    story = write(ideas=[b, a])
    edited = edit(story, cast.ada, ideas=[c, b]).story
    assert linked_ids_of(edited) == [c.id, b.id]


def test_correcting_says_the_day_and_keeps_the_state(cast, write, reload):
    story = write()
    read_by(story, author=cast.ada, reader=cast.cole)
    publish(story.id, cast.ada, NOW)
    later = NOW.replace(hour=12)
    edit_story(story.id, cast.root, later, version=1, board_id=None, words=words_of("A year of oat", "Mended.", {}),
               idea_ids=[], pictures=[])  # fmt: skip
    reload(story)
    assert (story.state, story.published_at, story.edited_at, story.read_by_id) == (
        "published",
        NOW,
        later,
        cast.cole.id,
    )
    with pytest.raises(PublishedAlready):
        edit(story, cast.ada, board=cast.panel)


def test_a_draft_can_be_discarded_and_what_is_out_cannot(cast, write, count_rows, make_idea):
    discard_story(write(ideas=[make_idea()], pictures=[reencode(file_of())]).id, cast.ada)
    assert (count_rows("story"), count_rows("story_idea"), count_rows("picture")) == (0, 0, 0)
    story = write()
    read_by(story, author=cast.ada, reader=cast.cole)
    publish(story.id, cast.ada, NOW)
    with pytest.raises(PublishedAlready):
        discard_story(story.id, cast.ada)


def test_of_a_draft_on_a_closed_board_nobody_outside_knows(cast, write):
    story = write(board=cast.panel)
    for person in (cast.cole, cast.oskar, cast.lena):
        with pytest.raises(Missing):
            edit(story, person, body="x")


@pytest.mark.parametrize("title", ["", "  ", "No", "x" * 121])
def test_a_title_is_a_line(title):
    with pytest.raises(NotAStory) as refused:
        words_of(title, "", {})
    assert refused.value.field == "title"


def test_pictures_stand_in_the_text_with_their_size(app):
    from ideaboard.foundation.markdown import Shown

    shown = {"abc": Shown("/pictures/abc.jpg", 1600, 900)}
    html = words_of(
        "Title", '# Oh\n\n![A "cup"](picture:abc)\n\n![x](https://elsewhere.example/a.png) ![y](picture:zzz)', shown
    ).html
    assert '<img src="/pictures/abc.jpg" alt="A &quot;cup&quot;" width="1600" height="900" loading="lazy">' in html
    assert html.count("<img") == 1 and "elsewhere" not in html
    assert "<h2>Oh</h2>" in html


@pytest.mark.parametrize(
    ("text", "levels"),
    [("## A\n## B\n### C\n# D", ["h2", "h3", "h4", "h2"]), ("## A\n## B", ["h2", "h2"]), ("# A\n#### B", ["h2", "h3"])],
)
def test_headings_stand_below_the_pages_own_and_skip_no_level(text, levels, app):
    html = words_of("Title", text, {}).html
    found = re.findall(r"<(h\d)>", html)
    assert found == levels
    assert all(int(b[1]) <= int(a[1]) + 1 for a, b in zip(["h1", *found], found, strict=False))


def test_the_second_wall_alone_keeps_other_pictures_out(app):
    from ideaboard.foundation.markdown import only_with

    hostile = "<img src=/pictures/a.jpg onload=x><img src=//elsewhere.example/b.png><img src='data:image/svg+xml,x'><svg/onload=x>"
    html = only_with(hostile + "<script>x</script><h2 style=x>Oh</h2>", {"/pictures/a.jpg"})
    assert html.replace('alt=""', "").count("src=") == 1 and '<img src="/pictures/a.jpg">' in html
    assert not re.search("onload|elsewhere|data:|svg|script|style", html)


def test_elsewhere_pictures_stay_forbidden():
    from ideaboard.foundation.markdown import render

    assert "<img" not in render("![x](/pictures/abc.jpg) ![y](picture:abc) <img src=/pictures/a.jpg>")


def test_excerpts_hold_no_line_of_a_picture(cast, write):
    assert write(body="![A cup](picture:abc)\n\nIt went well.").excerpt == "It went well."


def test_rows_of_models_are_what_the_verbs_wrote(cast, write, make_idea):
    story = write(ideas=[make_idea()], pictures=[reencode(file_of())])
    assert db.session.scalars(db.select(StoryIdea.story_id)).one() == story.id
    picture = db.session.scalars(db.select(Picture)).one()
    assert (picture.story_id, picture.uploaded_by_id, len(picture.digest)) == (story.id, cast.ada.id, 64)
    assert db.session.scalars(db.select(Story.author_id)).one() == cast.ada.id
