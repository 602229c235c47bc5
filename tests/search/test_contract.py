"""What search promises, asked of whichever database the suite runs on: `pytest` and `pytest --postgresql` ask the same,
and the order is written down here, so both give the same order too.
"""

import pytest

from ideaboard.extensions import db
from ideaboard.ideas.listing import Filter
from ideaboard.models import Idea
from ideaboard.search import reading
from ideaboard.search.query import read
from ideaboard.search.reading import find
from tests.conftest import NOW


@pytest.fixture
def ask(app):
    """ask(words, viewer=None, …) -> the titles that have all the words, in order."""

    def ask(words, viewer=None, *, wanted=None, **how):
        found = find(read(words), viewer, wanted and wanted.conditions(viewer), **how)
        titles = dict(db.session.execute(db.select(Idea.id, Idea.title)).all())
        db.session.rollback()
        return [] if found.some else [titles[hit.idea_id] for hit in found.hits]

    return ask


OAT = "Oat milk without the extra charge"
CUPS = "Bigger cups for iced coffee"
BECHER = "Größere Becher für den Eiskaffee"
BREAD = "Smørrebrød with cheese at the station"
LODZ = "A shop in Łódź"
CPP = "Teach C++ in the café"


@pytest.fixture
def ideas(shared):
    return {
        title: shared(title, body)
        for title, body in [
            (OAT, "I drink two a day. Many people cannot have cow's milk, and soy is not for everyone."),
            (
                CUPS,
                "The *large* cup is full of ice; milk has no room in it. See [the menu](https://example.org/hidden).",
            ),
            (BECHER, "Die Becher sind zu klein, und das Eis nimmt den ganzen Platz weg. Für alle Häuser bitte."),
            (BREAD, "Also rugbrød, æbleskiver and Straßenkaffee."),
            (LODZ, "Near Đurđevac, please. ☕ and 抹茶ラテ too."),
            (CPP, "A reading group, every Tuesday: a-b testing, pointers & templates."),
        ]
    }


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("oat milk", [OAT]),
        ("OAT", [OAT]),
        ("milk", [OAT, CUPS]),  # the title weighs more
        ("cups", [CUPS]),
        ("cup", [CUPS]),
        ("iced drinking", []),  # both words somewhere, never in one
        ("teaching readings", [CPP]),
        ("größere becher", [BECHER]),
        ("grossere becher", [BECHER]),
        ("bechern", [BECHER]),
        ("Haus", [BECHER]),
        ("klein Eis", [BECHER]),
        ("smorrebrod", [BREAD]),
        ("SMØRREBRØD", [BREAD]),
        ("aebleskiver", [BREAD]),
        ("strassenkaffee", [BREAD]),
        ("lodz", [LODZ]),
        ("łódź", [LODZ]),
        ("đurđevac", [LODZ]),
        ("durdevac", [LODZ]),
        ("cafe", [CPP]),
        ("café", [CPP]),
        ("c++", [CPP]),
        ("a-b testing", [CPP]),
        ("☕", [LODZ]),
        ("抹茶", [LODZ]),
        ("茶", [LODZ]),
        ("テ", [LODZ]),
        ("茶抹", []),
        ("how can I get the oat milk", [OAT]),  # small words count only where there is nothing else
        ('"oat milk"', [OAT]),
        ('"milk oat"', []),
        ('"milk without the extra charge"', [OAT]),
        ('"cup is full" ice', [CUPS]),
        ('"die Becher sind"', [BECHER]),
        ("milk -soy", [CUPS]),
        ('milk -"extra charge"', [CUPS]),
        ("milk -cups", [OAT]),
        ('"cups milk -soy', [CUPS]),
        ("hidden", []),  # the address of a link is not read by anybody
        ("example.org", []),
        ("-milk", []),
        ("", []),
        ('"', []),
        ('""', []),
        ("*", []),
        ("§1", []),
        ("( ) & | ! : <-> '", []),
    ],
)
def test_what_is_found_and_in_which_order(ideas, ask, words, titles):
    assert ask(words) == titles


@pytest.mark.parametrize(
    "words",
    [
        "AND",
        "OR",
        "NOT",
        "NEAR(oat milk)",
        "oat AND milk",
        "milk NOT oat",
        "oat*",
        "title:oat",
        "'oat':A",
        "{oat} milk",
        "oat^2",
    ],
)
def test_words_of_either_databases_language_are_plain_words(shared, ask, words):
    shared("Near and not or, oat milk", "title A 2")
    assert ask(words) == ["Near and not or, oat milk"]


def test_nothing_has_all_the_words_and_some_have_some(ideas, app):
    found = find(read("zebra milk cups"), None, Filter().conditions(None))
    assert found.some
    assert [hit.idea_id for hit in found.hits] == [ideas[CUPS].id]  # two of the three
    found = find(read("zebra milk"), None, Filter().conditions(None))
    assert found.some and [hit.idea_id for hit in found.hits] == [ideas[OAT].id, ideas[CUPS].id]
    assert find(read("zebra quagga"), None, Filter().conditions(None)).hits == []


def test_while_typing_the_last_word_is_a_beginning(ideas, ask):
    assert ask("bigger cu", typing=True) == [CUPS]  # two letters begin too many words, and "bigger" is enough
    assert ask("smorr", typing=True) == [BREAD]
    assert ask("testin", typing=True) == [CPP]  # "testing" stands under "test"
    assert ask("oat mil", typing=True) == [OAT]
    assert ask("smorr") == [BREAD]  # nothing has it as a word: then as a beginning


def test_answers_and_comments_are_found_with_their_idea(ideas, said, move, ask):
    said(ideas[LODZ], "Oat milk is sold out there, sadly.")
    move(ideas[CPP], "coming_soon", text="We pour oat milk at the reading group.")
    assert ask("oat milk") == [OAT, CPP, LODZ]  # its own words, then staff's, then anyone's
    found = find(read("oat milk"), None, Filter().conditions(None))
    assert [hit.own for hit in found.hits] == [True, False, False]


def test_more_votes_come_first_between_equals(shared, ask, db):
    first, second = shared("Solar panels", "x"), shared("Solar panels", "x")
    db.session.execute(db.update(Idea).where(Idea.id == first.id).values(votes_count=50))
    db.session.commit()
    found = find(read("solar"), None, Filter().conditions(None))
    assert [hit.idea_id for hit in found.hits] == [first.id, second.id]


def test_filters_of_the_lists_hold(ideas, ask, cast, shared):
    panel = shared("Oat milk for the panel", by=cast.lena, board=cast.panel)
    assert ask("oat", cast.lena) == [panel.title, OAT]
    assert ask("oat", cast.lena, wanted=Filter(board=cast.panel), board_id=cast.panel.id) == [panel.title]
    assert ask("oat", cast.vera, wanted=Filter(mine="ideas")) == [OAT]
    assert ask("oat", cast.noor, wanted=Filter(mine="ideas")) == []
    assert ask("oat", cast.vera, wanted=Filter(standing="launched")) == []
    assert ask("oat", cast.vera, wanted=Filter(standing="received")) == [OAT]


def test_at_most_a_stated_number_is_ranked(shared, said, app, monkeypatch, cast):
    monkeypatch.setattr(reading, "OF_EACH", 4)
    old = shared("Kiosk", "")
    for n in range(9):
        shared(f"Number {n}", "A kiosk.")
        said(old, f"kiosk, {n}")
    asked = []
    real = reading.scores
    monkeypatch.setattr(
        reading, "scores", lambda candidates, terms: asked.append(len(candidates)) or real(candidates, terms)
    )
    found = find(read("kiosk"), None, Filter().conditions(None))
    assert asked == [4 + 1 + 4] and found.more  # the newest ideas, the one with the word in its title, comments
    assert found.hits[0].idea_id == old.id
    assert reading.CANDIDATES == 240


def test_a_filter_that_leaves_few_reads_on(shared, app, monkeypatch, cast):
    monkeypatch.setattr(reading, "OF_EACH", 2)
    rare = shared("Lantern of Noor", by=cast.noor)
    for n in range(9):
        shared(f"Lantern {n}")
    found = find(read("lantern"), cast.noor, Filter(mine="ideas").conditions(cast.noor))
    assert [hit.idea_id for hit in found.hits] == [rare.id]


def test_where_counts_are_hidden_votes_move_no_order(shared, app, db, cast):
    first, second = shared("Solar panels", "x"), shared("Solar panels", "x")
    db.session.execute(db.update(Idea).where(Idea.id == first.id).values(votes_count=50))
    db.session.commit()
    found = find(read("solar"), None, Filter().conditions(None), uncounted=frozenset({cast.drinks.id}))
    assert [hit.idea_id for hit in found.hits] == [second.id, first.id]


@pytest.mark.parametrize("who", ["guest", "vera", "noor", "lena", "oskar", "cole", "ada", "mo"])
def test_statements_that_are_kept_find_what_the_list_holds(cast, shared, said, who):
    viewer = None if who == "guest" else getattr(cast, who)
    made = {}
    for board in (cast.drinks, cast.panel):
        by = cast.lena
        for how in ("", "held_at", "hidden_at", "taken_back_at"):
            made[board.id, how] = idea = shared(f"Lantern {board.id} {how}", by=by, board=board)
            said(idea, "A lantern, said twice.", by)
            if how:
                db.session.execute(db.update(Idea).where(Idea.id == idea.id).values({how: NOW}))
                db.session.commit()
    kept, built = (find(read("lantern"), viewer, some) for some in (None, Filter().conditions(viewer)))
    db.session.rollback()
    assert kept.hits == built.hits
    assert made[cast.drinks.id, ""].id in {hit.idea_id for hit in kept.hits}
