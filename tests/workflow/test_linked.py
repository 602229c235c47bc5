import pytest

from ideaboard.models import Board
from ideaboard.workflow.endings import ending_of
from ideaboard.workflow.linked import idea_meant, link_given
from ideaboard.workflow.transitions import ChangeNotPossible
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12", 12),
        (" #12 ", 12),
        ("/ideas/12-oat-milk", 12),
        ("http://localhost/ideas/12", 12),
        ("http://localhost/ideas/12-oat?page=2#answer", 12),
        ("https://elsewhere.example/ideas/12", None),
        ("http://localhost/boards/12", None),
        ("http://[", None),
    ],
)
def test_an_idea_here_is_meant_by_its_number_or_address(typed, meant, app):
    assert idea_meant(typed) == meant


def test_what_is_no_idea_is_an_address(app):
    assert link_given(" https://example.org/x ") == {"linked_url": "https://example.org/x"}
    assert link_given("  ") == {}


@pytest.mark.parametrize("outcome", ["exists", "handed_over"])
def test_elsewhere_says_where(outcome, make_idea, move):
    with pytest.raises(ChangeNotPossible) as refusal:
        move(make_idea(), "reviewed", outcome=outcome)
    assert refusal.value.field == "link"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://example.org", "https://", "https://a b", "//example.org", "https://u@x.org", "x"],
)
def test_only_web_addresses_are_links(url, make_idea, move):
    with pytest.raises(ChangeNotPossible) as refusal:
        move(make_idea(), "reviewed", outcome="exists", linked_url=url)
    assert refusal.value.field == "link"


def test_an_address_elsewhere_ends_voting_with_its_link(make_idea, move, reload):
    idea = make_idea()
    change = move(idea, "reviewed", outcome="handed_over", linked_url="https://support.example.org/case/7")
    assert change.linked_url == "https://support.example.org/case/7"
    ending = ending_of(reload(idea))
    assert (ending.kind, ending.link) == ("handed_over", "https://support.example.org/case/7")


def test_an_idea_here_is_linked_by_its_id_and_not_shown_once_hidden(db, make_idea, move, reload):
    idea, there = make_idea(), make_idea("Soy for the same price")
    change = move(idea, "reviewed", outcome="exists", linked_idea_id=there.id)
    assert (change.linked_idea_id, change.linked_url) == (there.id, None)
    assert ending_of(reload(idea)).link == f"/ideas/{there.id}-soy-for-the-same-price"
    there.hidden_at = NOW
    db.session.commit()
    assert ending_of(reload(idea)).link is None


def test_no_link_leads_where_readers_of_this_idea_may_not_go(cast, make_idea, move):
    idea = make_idea()
    secret = make_idea("Secret", board=cast.panel, author=cast.lena)
    for linked in (secret.id, idea.id, make_idea("Gone", hidden_at=NOW).id, 10**9, 2**60):
        with pytest.raises(ChangeNotPossible) as refusal:
            move(idea, "reviewed", outcome="exists", linked_idea_id=linked)
        assert refusal.value.field == "link"


def test_a_board_for_members_may_be_linked_from_one_for_members(db, cast, make_idea, move):
    members = Board(slug="tea", name="Tea", who_may_see="members", created_at=NOW)
    db.session.add(members)
    db.session.commit()
    there = make_idea("Mint", board=members)
    assert move(make_idea(board=cast.panel, author=cast.lena), "reviewed", outcome="exists", linked_idea_id=there.id)
    with pytest.raises(ChangeNotPossible):
        move(make_idea(), "reviewed", outcome="exists", linked_idea_id=there.id)


def test_endings(make_idea, move, reload):
    idea = make_idea()
    assert ending_of(idea) is None
    move(idea, "launched")
    assert ending_of(reload(idea)).kind == "launched"
    move(idea, "reviewed", outcome="will_not")
    ending = ending_of(reload(idea))
    assert (ending.kind, ending.link) == ("will_not", f"/ideas/{idea.id}-{idea.slug}#answer")
    merged = make_idea("Soy", merged_at=NOW, merged_into_id=idea.id)
    assert ending_of(merged).kind == "merged"
    assert ending_of(merged).link == f"/ideas/{idea.id}-{idea.slug}"
