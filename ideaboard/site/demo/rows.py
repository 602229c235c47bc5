"""The demo's rows, prepared with keys in place of ids: all rendering is done before the transaction opens."""

from datetime import datetime, timedelta
from zlib import crc32

from ideaboard.foundation.markdown import RENDERER_VERSION, excerpt, render
from ideaboard.foundation.slugs import slugify
from ideaboard.models.ranking import TRIAL
from ideaboard.models.vocabulary import Audience, BoardRole, Origin, Stage
from ideaboard.site.demo import crowd, figures
from ideaboard.site.demo.content import Board, Community, Idea
from ideaboard.site.demo.crowd import Ballot, Moment
from ideaboard.site.demo.wording import LANGUAGE, change_text, comment_text, promised_on

DELETED_AFTER = timedelta(hours=2)


def first_seen(community: Community, cast: dict[str, list[Ballot]], moment: Moment) -> dict[str, datetime]:
    """{person: when they joined}, never after the first thing that they did."""
    joined = {key: moment(person.days) for key, person in community.people.items()}
    acts = [(ballot.who, ballot.at) for ballots in cast.values() for ballot in ballots]
    acts += [(comment.by, moment(comment.days)) for idea in community.ideas for comment in idea.talk]
    for who, at in acts:
        joined[who] = min(joined.get(who, at), at - timedelta(minutes=5))
    return joined


def person_rows(community: Community, joined: dict[str, datetime], moment: Moment) -> dict[str, dict]:
    """{key: columns of person}, named people first. The further members have no address: they hear in their inbox."""
    rows = {}
    for key, person in community.people.items():
        rows[key] = {
            "display_name": person.name, "department": person.title or None, "email": person.email,
            "site_role": person.role, "is_moderator": person.moderator, "avatar_seed": key,
            # Who speaks the demo's own language is played in that of the visitor's browser.
            "locale": person.lang if person.lang != LANGUAGE else None,
            "time_zone": person.zone, "created_at": joined[key], "origin": Origin.DEMO,
        }  # fmt: skip
    for key, name in crowd.member_names(community).items():
        rows[key] = {
            "display_name": name, "department": None, "email": None,
            "site_role": "member", "is_moderator": False, "avatar_seed": key,
            "locale": None, "time_zone": None, "created_at": joined.get(key, moment(30)), "origin": Origin.DEMO,
        }  # fmt: skip
    return rows


def board_row(board: Board, position: int, people: dict[str, int], created_at: datetime) -> dict:
    """Columns of a board; only members take part where the data say "everyone", who may also look as guests."""

    def door(audience: str) -> str:
        return Audience.MEMBERS if audience == Audience.EVERYONE else audience

    return {
        "slug": board.slug, "name": board.name, "owner_id": people[board.owner], "position": position,
        "brief_asks": board.asks, "brief_fixed": board.fixed, "brief_decides": board.decides, "brief_hear": board.hear,
        "first_look_days": board.look_days, "promise_votes": figures.PROMISE_VOTES, "promise_days": figures.PROMISE_DAYS,
        "who_may_see": board.see, "who_may_submit": door(board.submit),
        "who_may_vote": door(board.vote), "who_may_comment": door(board.comment), "voters_seen_by": board.voters,
        "origin": Origin.DEMO, "created_at": created_at,
    }  # fmt: skip


def seats(board: Board, board_id: int, people: dict[str, int]) -> list[dict]:
    """Rows of board_member."""
    roles = [(BoardRole.STAFF, board.staff), (BoardRole.LISTED, board.listed)]
    return [
        {"board_id": board_id, "person_id": people[key], "role": role} for role, keys in roles for key in keys
    ]  # fmt: skip


def looks_of(idea: Idea) -> int:
    """How often it was looked at: between six and twenty looks a vote; of a few days two, so that some are in their trial yet."""
    of_its_votes = idea.votes * (6 + crc32(idea.key.encode()) % 15)
    return idea.votes * 2 if idea.days < 3 else TRIAL + of_its_votes


def idea_row(idea: Idea, cast: list[Ballot], moment: Moment) -> dict:
    """Columns of an idea, its board and author still as keys."""
    others = [ballot.at for ballot in cast[1:]] + [moment(c.days) for c in idea.talk if c.by != idea.by]
    return {
        "board": idea.board, "author": idea.by, "title": idea.title, "slug": slugify(idea.title),
        "body": idea.body, "body_html": render(idea.body), "renderer_version": RENDERER_VERSION,
        "excerpt": excerpt(idea.body), "votes_count": len(cast),
        "comments_count": sum(1 for comment in idea.talk if comment.text), "views_count": looks_of(idea),
        "created_at": moment(idea.days), "visible_at": moment(idea.days),
        "promise_reached_at": figures.promise_reached_at(cast),
        "others_took_part_at": min(others, default=None),
        "taken_back_at": None if idea.taken_back is None else moment(idea.taken_back),
        "author_stepped_back_at": None if idea.stepped_back is None else moment(idea.stepped_back),
        "origin": Origin.DEMO,
    }  # fmt: skip


def change_rows(community: Community, idea: Idea, cast: list[Ballot], moment: Moment) -> list[dict]:
    """Columns of the idea's changes in order; actor and linked idea still as keys, nothing about the telling yet."""
    rows = []
    for change in idea.changes:
        at, text = moment(change.days), change_text(change, community, moment)
        link = change.link or ""
        linked = link.removeprefix("idea:") if link.startswith("idea:") else None
        rows.append({
            "actor": change.by, "linked_idea": linked, "linked_url": link if link and not linked else None,
            "stage": Stage(change.stage), "outcome": change.outcome, "text": text, "html": render(text),
            "renderer_version": RENDERER_VERSION, "is_ready_sentence": change.text is None, "changed_at": at,
            "promised_on": promised_on(change, moment), "votes_at_change": sum(1 for b in cast if b.at <= at),
            "origin": Origin.DEMO,
        })  # fmt: skip
    return rows


def comment_rows(idea: Idea, moment: Moment) -> list[dict]:
    """Columns of the idea's comments; author as key, parent and root as places in this list."""
    rows = []
    for comment in idea.talk:
        text = comment_text(comment.text, idea, moment)
        at = moment(comment.days)
        above = None if comment.parent is None else rows[comment.parent]
        rows.append({
            "author": comment.by, "parent": comment.parent, "depth": above["depth"] + 1 if above else 0,
            "root": None if above is None else (comment.parent if above["root"] is None else above["root"]),
            "body": text, "html": render(text) if text else "", "renderer_version": RENDERER_VERSION,
            "posted_at": at, "deleted_at": None if text else at + DELETED_AFTER, "origin": Origin.DEMO,
        })  # fmt: skip
    return rows


def addition_rows(idea: Idea, moment: Moment) -> list[dict]:
    return [
        {"body": each["text"], "html": render(each["text"]), "renderer_version": RENDERER_VERSION,
         "added_at": moment(each["days"])}
        for each in idea.additions
    ]  # fmt: skip
