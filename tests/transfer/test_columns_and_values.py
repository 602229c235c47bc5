"""Which column feeds which field, what a status becomes, and what a date says."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ideaboard.models.vocabulary import Outcome, Stage
from ideaboard.transfer.cells import count_of
from ideaboard.transfer.fields import UnknownColumn, columns_of_comments, columns_of_ideas, parse_maps
from ideaboard.transfer.moments import AmbiguousDates, day_comes_first, read_moment
from ideaboard.transfer.reading import read_file, scratch_database
from ideaboard.transfer.statuses import Target, UnknownStatus, parse_statuses, refuse_unsaid, suggestion_for, target_of

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def sheet(put, app):
    """sheet('id,title') -> a Sheet with these columns and one row."""
    with scratch_database() as scratch:
        yield lambda heading: read_file(
            put("a.csv", heading + "\n" + ",".join("x" for _name in heading.split(",")) + "\n"),
            scratch,
            f"t{abs(hash(heading))}",
        )


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("number,title,description,votes_count", {"id": "number", "body": "description", "total_votes": "votes_count"}),
        ("Idea Number,Idea ID,Title,Details,Stage", {"id": "Idea ID", "body": "Details", "status": "Stage"}),
        ("id,title/en,body/en,state", {"title": "title/en", "body": "body/en", "status": "state"}),
        ("id,title,body,body_html", {"body_html": "body_html"}),
        ("id,title,user.login", {"author": "user.login"}),
    ],
)
def test_columns_are_known_by_many_names(sheet, heading, columns):
    found = columns_of_ideas(sheet(heading), {})
    assert columns.items() <= found.items()
    assert len({field for field in found if field.startswith("body")}) <= 1


def test_what_was_asked_for_comes_first(sheet):
    asked, _comments = parse_maps(["title=id", "body=title", "status="])
    found = columns_of_ideas(sheet("id,title,status,summary"), asked)
    assert found == {"title": "id", "body": "title"}


def test_a_missing_title_says_which_columns_there_are(sheet):
    with pytest.raises(UnknownColumn, match=r"It has: nr, what\. Say which one it is: --map title=COLUMN"):
        columns_of_ideas(sheet("nr,what"), {})


def test_comments_need_an_idea_and_words(sheet):
    with pytest.raises(UnknownColumn, match=r"--map comments\.idea_id=COLUMN"):
        columns_of_comments(sheet("id,comment"), {})
    assert columns_of_comments(sheet("Date,Idea ID,Author,Comment"), {})["idea_id"] == "Idea ID"


@pytest.mark.parametrize("pair", ["title", "colour=x", "comments.title=x"])
def test_a_map_that_is_not_understood(app, pair):
    with pytest.raises(UnknownColumn, match="there is no such field"):
        parse_maps([pair])


def test_a_map_to_a_column_that_is_not_there(sheet):
    with pytest.raises(UnknownColumn, match="no column \u201cNope\u201d. It has: id, title"):
        columns_of_ideas(sheet("id,title"), {"body": "Nope"})


def test_statuses_as_said():
    targets = parse_statuses(["Accepted=reviewed:want", "a=b=launched", "*=received"])
    assert target_of("ACCEPTED ", targets) == Target(Stage.REVIEWED, Outcome.WANT)
    assert target_of("a=b", targets) == Target(Stage.LAUNCHED)
    assert target_of("whatever", targets) == Target(Stage.RECEIVED)
    assert target_of("", {}) == target_of(None, {}) == Target(Stage.RECEIVED)


@pytest.mark.parametrize("pair", ["accepted", "=launched", "a=reviewed", "a=launched:want", "a=done", "a=reviewed:yes"])
def test_statuses_that_are_not_understood(app, pair):
    with pytest.raises(UnknownStatus, match="is not understood"):
        parse_statuses([pair])


def test_unsaid_statuses_are_suggested_and_refused(app):
    assert suggestion_for("In Progress") == "coming_soon"
    assert suggestion_for("Won't do") is None
    assert suggestion_for("completed") == "launched"
    with pytest.raises(UnknownStatus, match="--status planned=coming_soon --status 'on fire=STAGE'"):
        refuse_unsaid(["planned", "on fire", "done"], parse_statuses(["done=launched"]))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-01-22", (2016, 1, 22, 12)),
        ("2016-03-12T12:26:03", (2016, 3, 12, 12, 26, 3)),
        ("2018-03-23T19:33:22Z", (2018, 3, 23, 19, 33, 22)),
        ("2018-03-23T19:33:22+02:00", (2018, 3, 23, 17, 33, 22)),
        ("2020-11-24 07:17:40 UTC", (2020, 11, 24, 7, 17, 40)),
        ("30/Sep/20 9:24 PM", (2020, 9, 30, 21, 24)),
        ("30/Sep/20 12:05 AM", (2020, 9, 30, 0, 5)),
        ("13/Sep/20", (2020, 9, 13, 12)),
        ("Sep 30, 2020", (2020, 9, 30, 12)),
        ("22.01.2016 08:05", (2016, 1, 22, 8, 5)),
        ("1453464000", (2016, 1, 22, 12)),
        ("1453464000000", (2016, 1, 22, 12)),
    ],
)
def test_dates_that_are_known(text, moment):
    assert read_moment(text, UTC_ZONE) == datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2016-13-40", "31/Feb/20", "30/Sep/20 25:00", "0001-01-01", "99", "1/2"])
def test_dates_that_are_not(text):
    assert read_moment(text, UTC_ZONE) is None


def test_a_time_without_a_zone_is_the_sites():
    assert read_moment("2016-07-01 10:00", ZoneInfo("Europe/Madrid")) == datetime(2016, 7, 1, 8, tzinfo=UTC)


def test_the_whole_column_says_whether_days_come_first(app):
    assert day_comes_first(["03/04/2016", "25/04/2016"], "Date", None) is True
    assert day_comes_first(["03/04/2016", "04/25/2016"], "Date", None) is False
    assert day_comes_first(["2016-04-03"], "Date", None) is True
    with pytest.raises(AmbiguousDates, match="--dates day-first or --dates month-first"):
        day_comes_first(["03/04/2016"], "Date", None)
    assert day_comes_first(["03/04/2016"], "Date", "month-first") is False
    assert read_moment("03/04/2016", UTC_ZONE, day_first=False).month == 3


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("17", 17), ("1,204", 1204), ("1.204", 1204), ("3.0", 3), ("-2", None), ("many", None), ("9" * 12, None)],
)
def test_counts(text, count):
    assert count_of(text) == count
