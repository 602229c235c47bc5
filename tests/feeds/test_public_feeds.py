"""The public feeds: valid Atom, what a guest may see and nothing more, the same at each request until something changes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import event

from ideaboard.discussion.comments import post_comment
from ideaboard.feeds.atom import tag
from ideaboard.foundation.settings import settings
from ideaboard.models import Board, Idea, IdeaAddition, Site, StatusChange, Story
from tests.conftest import NOW, copy_of, make_app

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def read(client, path):
    """The feed at a path, parsed; it must be valid."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.data)
    assert SCHEMA.validate(feed), f"{path}: {SCHEMA.error_log}\n{answer.text[:2000]}"
    return feed


def titles(feed) -> list[str]:
    return feed.xpath("a:entry/a:title/text()", namespaces=ATOM)


def content(feed, title) -> str:
    return feed.xpath("a:entry[a:title=$t]/a:content/text()", t=title, namespaces=ATOM)[0]


def add_to(db, idea, html="<p>And it is cheap.</p>"):
    addition = IdeaAddition(idea_id=idea.id, body="And it is cheap.", html=html, added_at=NOW + timedelta(hours=3))
    db.session.add(addition)
    db.session.commit()


def publish(db, title, *, board=None, **columns):
    columns = {
        "body_html": f"<p>{title}</p>",
        "state": "published",
        "published_at": NOW + timedelta(hours=5),
        **columns,
    }
    story = Story(
        title=title, slug="a-story", body=title, created_at=NOW, board_id=board.id if board else None, **columns
    )
    db.session.add(story)
    db.session.commit()
    return story


def sql(db, statement):
    db.session.execute(db.text(statement))
    db.session.commit()


@pytest.fixture
def world(db, cast, make_idea, move):
    """An idea that went all the way, with an addition and a comment; one that nobody looked at; a story."""
    idea = make_idea("Oat milk", author=cast.vera, others_took_part_at=NOW)
    make_idea("A quiet corner", author=cast.noor, at=NOW + timedelta(minutes=1))
    add_to(db, idea)
    publish(db, "How it went", author_id=cast.ada.id)
    move(idea, "coming_soon", text="We taste it.")
    post_comment(idea.id, cast.noor, NOW + timedelta(days=2), body="Good news, **Ada**.")
    move(idea, "launched", text="From Monday.", days=3)
    return idea


def paths(idea) -> list[str]:
    return [
        "/feeds/site.atom", "/feeds/boards/drinks.atom", f"/feeds/ideas/{idea.id}.atom", "/feeds/stories.atom",
        "/feeds/launched.atom",
    ]  # fmt: skip


def test_each_feed_is_valid_and_says_what_it_is_for(world, guest):
    site, board, idea, stories, launched = (read(guest, path) for path in paths(world))
    of_ideas = ["Launched: Oat milk", "Coming soon: Oat milk", "A quiet corner", "Oat milk"]
    assert titles(site) == [*of_ideas[:2], "How it went", *of_ideas[2:]]
    assert titles(board) == of_ideas
    assert titles(idea) == [
        "Launched: Oat milk", "Comment on: Oat milk", "Coming soon: Oat milk", "Added to: Oat milk", "Oat milk",
    ]  # fmt: skip
    assert titles(stories) == ["How it went"]
    assert titles(launched) == ["Launched: Oat milk"]
    assert idea.xpath("a:entry/a:author/a:name/text()", namespaces=ATOM) == ["Ada", "Noor", "Ada", "Vera", "Vera"]
    assert content(idea, "Launched: Oat milk") == "<p>From Monday.</p>\n"
    assert "<strong>Ada</strong>" in content(idea, "Comment on: Oat milk")


def test_an_empty_site_has_valid_feeds_that_stand_still(guest):
    for path in ("/feeds/site.atom", "/feeds/boards/drinks.atom", "/feeds/stories.atom", "/feeds/launched.atom"):
        first = guest.get(path)
        assert titles(read(guest, path)) == [] and guest.get(path).data == first.data


def test_ids_stay_when_a_title_changes_and_all_are_different(world, db, guest):
    ids = lambda feed: feed.xpath("//a:id/text()", namespaces=ATOM)  # noqa: E731
    before = [ids(read(guest, path)) for path in paths(world)]
    world.title, world.slug = "Oat milk for all", "oat-milk-for-all"
    db.session.commit()
    assert [ids(read(guest, path)) for path in paths(world)] == before
    assert all(len(set(found)) == len(found) for found in before)
    assert len({found[0] for found in before}) == 5
    assert tag("idea/1") == "tag:localhost,2026:idea/1"


def test_a_feed_answers_304_until_something_changes(world, guest, move):
    for path in paths(world)[:3]:
        first = guest.get(path)
        assert "Set-Cookie" not in first.headers and first.headers["Cache-Control"] == "private, no-cache"
        tagged = {"If-None-Match": first.headers["ETag"]}
        assert guest.get(path, headers=tagged).status_code == 304
        assert guest.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
        packed = guest.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert guest.get(path, headers={"Accept-Encoding": "gzip", **tagged}).status_code == 304
    move(world, "launched", text="Everywhere now.", days=9)
    assert guest.get(path, headers=tagged).status_code == 200


def test_a_feed_is_the_same_for_everybody_in_the_sites_language(world, db, guest, client_of, cast):
    for path in paths(world):
        plain = guest.get(path, headers={"Accept-Language": "de"}).data
        for person in (cast.root, cast.vera, cast.lena):
            assert client_of(person).get(path, headers={"Accept-Language": "en"}).data == plain, path
    sql(db, "UPDATE site SET locale = 'de'")
    if db.session.get(Site, 1) is not None:
        german = read(guest, "/feeds/site.atom")
        assert german.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    db.session.commit()


GONE = {
    "held": "UPDATE idea SET held_at = visible_at WHERE title = 'Oat milk'",
    "hidden": "UPDATE idea SET hidden_at = visible_at WHERE title = 'Oat milk'",
    "taken back": "UPDATE idea SET taken_back_at = visible_at WHERE title = 'Oat milk'",
    "not visible yet": "UPDATE idea SET visible_at = NULL WHERE title = 'Oat milk'",
    "merged": "UPDATE idea SET merged_at = visible_at, merged_into_id ="
    " (SELECT id FROM idea WHERE title = 'A quiet corner') WHERE title = 'Oat milk'",
}


@pytest.mark.parametrize("how", GONE)
def test_what_is_not_in_the_open_leaves_the_feeds(how, world, db, guest, client_of, cast):
    sql(db, GONE[how])
    for client in (guest, client_of(cast.root), client_of(cast.vera)):
        for path in paths(world):
            answer = client.get(path)
            assert "Oat milk" not in answer.text, path
            leads_on = how == "merged" and "/ideas/" in path  # to the feed of the idea that took it in
            assert answer.status_code == (308 if leads_on else 404 if "/ideas/" in path else 200), path
            if leads_on:
                assert "Oat milk" not in client.get(answer.location).text


@pytest.mark.parametrize("who_may_see", ["members", "listed", "colleagues"])
def test_a_closed_board_has_no_feed(who_may_see, world, db, cast, guest, client_of):
    publish(db, "Of Drinks", board=cast.drinks)
    db.session.add(Board(slug="food", name="Food", created_at=NOW))
    sql(db, f"UPDATE board SET who_may_see = '{who_may_see}' WHERE slug = 'drinks'")  # noqa: S608 (words of this file)
    for client in (guest, client_of(cast.ada), client_of(cast.root)):
        assert client.get("/feeds/boards/drinks.atom").status_code == 404
        assert client.get(f"/feeds/ideas/{world.id}.atom").status_code == 404
        for path, left in (("site", ["How it went"]), ("launched", []), ("stories", ["How it went"])):
            assert titles(read(client, f"/feeds/{path}.atom")) == left
        assert "Drinks" not in client.get("/feeds").text


def test_redacted_hidden_and_deleted_texts_leave(world, db, guest):
    path = f"/feeds/ideas/{world.id}.atom"
    for column in ("redacted_at", "hidden_at", "held_at", "deleted_at"):
        assert "Good news" in guest.get(path).text
        sql(db, f"UPDATE comment SET {column} = posted_at")  # noqa: S608
        assert "Good news" not in guest.get(path).text, column
        sql(db, f"UPDATE comment SET {column} = NULL")  # noqa: S608
    sql(db, "UPDATE status_change SET redacted_at = changed_at WHERE stage = 'launched'")
    sql(db, "UPDATE story SET hidden_at = published_at")
    for path in paths(world):
        assert "From Monday" not in guest.get(path).text and "How it went" not in guest.get(path).text, path


def test_an_unpublished_story_is_in_none(world, db, guest):
    publish(db, "A draft", state="draft", published_at=None)
    publish(db, "A scheduled one", state="scheduled", published_at=None, publish_at=NOW)
    for path in paths(world):
        assert "A draft" not in guest.get(path).text and "A scheduled" not in guest.get(path).text


def test_names_that_went_are_not_in_it(world, db, guest):
    sql(db, "UPDATE idea SET author_stepped_back_at = visible_at")
    sql(db, "UPDATE person SET erased_at = created_at WHERE display_name = 'Ada'")
    for path in paths(world):
        text = guest.get(path).text
        assert "Vera" not in text and "<name>Ada" not in text, path


def test_links_are_whole_and_nothing_runs(world, db, guest):
    html = '<p><a href="/ideas/7">seven</a> <a href="#x">x</a><script>alert(1)</script><img src="javascript:1"></p>'
    add_to(db, world, html)
    feed = read(guest, f"/feeds/ideas/{world.id}.atom")
    shown = "".join(feed.xpath("a:entry[a:title='Added to: Oat milk']/a:content/text()", namespaces=ATOM))
    page = f"http://localhost/ideas/{world.id}-{world.slug}"
    assert 'href="http://localhost/ideas/7"' in shown and f'href="{page}#x"' in shown
    assert "script" not in shown
    for path in paths(world):
        links = etree.fromstring(guest.get(path).data).xpath("//a:link/@href", namespaces=ATOM)
        assert links and all(link.startswith("http://localhost/") for link in links), path


def test_below_a_path_links_and_ids_are_too(template, tmp_path):
    app = make_app(copy_of(template, "feeds_below", tmp_path), tmp_path, public_url="https://example.org/sub")
    with app.app_context():
        from ideaboard.extensions import db

        settings.fill(app.config["SETTINGS"])
        board_id = db.session.scalar(db.select(Board.id).where(Board.slug == "drinks"))
        html = '<p><a href="/sub/ideas/1">one</a></p>'
        db.session.add(
            Idea(title="T", slug="t", body_html=html, board_id=board_id, created_at=NOW, visible_at=NOW, excerpt="")
        )
        publish(db, "A story", body_html='<p><img src="/pictures/ab.jpg" alt="x"></p>')
        client = app.test_client()
        feed = read(client, "/sub/feeds/site.atom")
        assert all(x.startswith("https://example.org/sub/") for x in feed.xpath("//a:link/@href", namespaces=ATOM))
        assert all(x.startswith("tag:example.org,2026:sub/") for x in feed.xpath("//a:id/text()", namespaces=ATOM))
        assert 'href="https://example.org/sub/ideas/1"' in content(feed, "T")
        assert 'src="https://example.org/sub/pictures/ab.jpg"' in content(feed, "A story")
        db.session.remove()
        db.engine.dispose()


def test_what_xml_cannot_hold_is_left_out(make_idea, db, guest):
    idea = make_idea("Bell \x07 and \x1b escape \ufffe ]]> <b> & \U0001f375", author=None)
    idea.body_html = "<p>a\x0b\x0cb\uffff c</p>"
    db.session.commit()
    feed = read(guest, "/feeds/site.atom")
    assert titles(feed) == ["Bell  and  escape  ]]> <b> & \U0001f375"]


def test_imported_statuses_without_a_word_or_a_day_tell_nothing(make_idea, db, guest):
    idea = make_idea("Long ago", origin="import")
    status = db.session.execute(db.text("SELECT id FROM status WHERE stage = 'launched'")).scalar_one()
    for text, at in (("", NOW + timedelta(days=1)), ("Nobody knows when", NOW)):
        change = StatusChange(
            idea_id=idea.id, status_id=status, stage="launched", text=text, html=text, changed_at=at, origin="import"
        )
        db.session.add(change)
        db.session.flush()
        idea.change_id, idea.status_id, idea.standing = change.id, status, change.standing
        db.session.commit()
        assert titles(read(guest, "/feeds/site.atom")) == ["Long ago"]
        assert titles(read(guest, "/feeds/launched.atom")) == []


def test_there_are_thirty_entries_at_most_and_a_fixed_number_of_statements(make_idea, move, guest, db):
    seen, costs = [], []

    def note(connection, cursor, statement, parameters, context, executemany):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    for number in (2, 33):
        for n in range(number):
            move(make_idea(f"Idea {number} {n}", at=NOW + timedelta(minutes=n)), "under_review")
        seen.clear()
        feed = read(guest, "/feeds/site.atom")
        costs.append(len([s for s in seen if s.startswith("SELECT")]))
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(titles(feed)) == 30 and costs[1] <= costs[0] <= 6, costs


def test_the_page_of_feeds_names_each(world, guest, client_of, cast):
    page = guest.get("/feeds").text
    for path in paths(world)[:2] + paths(world)[3:]:
        assert f'href="{path}"' in page
    assert "Panel" not in client_of(cast.lena).get("/feeds").text.split("<main")[1]
    assert re.search(r'href="/me/feeds"', page)
