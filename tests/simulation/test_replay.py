"""Real votes replayed: read as they were published, each person's first look, judged by the half that no rule has seen."""

import gzip

import pytest

from ideaboard.simulation.commands import simulate_ranking
from ideaboard.simulation.ours import Ours
from ideaboard.simulation.replay import replay, streams_of
from ideaboard.simulation.rivals import most_voted, newest
from ideaboard.simulation.run import ByKey

DAY = 86_400_000


@pytest.fixture
def polis(tmp_path):
    """An invented conversation: the first statement is liked by few and shown to all, the last is liked by nearly all."""
    place = tmp_path / "tea-or-coffee"
    place.mkdir()
    comments = [(thing, thing * DAY) for thing in range(6)]
    (place / "comments.csv").write_text("timestamp,comment-id\n" + "".join(f"{at},{thing}\n" for thing, at in comments))
    votes = []
    for person in range(240):  # so many that half-way every trial is over
        for thing, came in comments:
            at = DAY * 7 + person * 1000 + thing
            if thing == 0 or person % (7 - thing) == 0 or person >= 60:
                votes.append(f"{max(at, came)},{thing},{person},{1 if person % 12 < 2 * (thing + 1) else -1}\n")
    votes.append(f"{DAY * 9},0,0,-1\n")  # changed later: the first look counts
    with gzip.open(place / "votes.csv.gz", "wt") as file:
        file.write("timestamp,comment-id,voter-id,vote\n" + "".join(votes))
    return tmp_path


def test_votes_for_a_look_tell_what_will_be_agreed_to(polis):
    (stream,) = streams_of(polis)
    assert stream.name == "tea-or-coffee"
    assert len({(thing, who) for _, thing, who, _ in stream.looks}) == len(stream.looks)
    ours, latest = replay(stream, Ours), replay(stream, lambda: ByKey(newest))
    assert ours.things == 6
    assert ours.with_later > 0.7
    assert latest.with_first == -1
    assert replay(stream, lambda: ByKey(most_voted)).with_later <= 1


def test_the_proposals_of_a_dao_are_read_too(tmp_path):
    with gzip.open(tmp_path / "proposals.csv.gz", "wt") as file:
        file.write("Proposal ID,Snapshot ID,Started\np1,s1,2021-01-01T00:00:00.000Z\n")
    with gzip.open(tmp_path / "votes.csv.gz", "wt") as file:
        file.write(
            "Member,Proposal ID,Created,Choice\na,s1,2021-01-02T00:00:00.000Z,Yes\nb,s1,2021-01-03T00:00:00Z,no\n"
        )
        file.write("b,elsewhere,2021-01-03T00:00:00Z,no\n")
    (stream,) = streams_of(tmp_path)
    assert [agrees for *_, agrees in stream.looks] == [True, False]


def test_the_command_replays_a_folder_and_says_when_there_is_nothing(app, polis, tmp_path):
    run = app.test_cli_runner().invoke
    result = run(simulate_ranking, ["--replay", str(polis)])
    assert result.exit_code == 0 and "tea-or-coffee (6)" in result.output
    (tmp_path / "empty").mkdir()
    assert "holds neither" in run(simulate_ranking, ["--replay", str(tmp_path / "empty")]).output
