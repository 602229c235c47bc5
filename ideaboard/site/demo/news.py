"""The demo's events, and what Vera, Noor and Ada were told of them: inbox entries, and mails that have been sent."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ideaboard.events import kinds
from ideaboard.models import Delivery, Event, Notification, Preference
from ideaboard.models.vocabulary import How, Origin, Reason, Stage, ToldBy, Topic
from ideaboard.notifications.moments import next_digest
from ideaboard.site.demo.content import Community
from ideaboard.site.demo.crowd import SEED, Moment
from ideaboard.site.demo.figures import PROMISE_DAYS, PROMISE_VOTES, promise_reached_at
from ideaboard.site.demo.wording import SITE_ZONE

READERS = ("vera", "noor", "ada")  # whose inbox the demo shows
READ_AFTER_DAYS = 2.5  # what is older has been read
MAILS_OF_DAYS = 45
REFUSED_ONE_IN = 150
REASONS = ((Reason.AUTHOR, "author"), (Reason.VOTER, "voter"), (Reason.COMMENTER, "commenter"), (15, "chosen"))


def told_counts(change: dict, follows: dict[str, tuple[int, datetime]]) -> dict[str, int]:
    """ "Told 409 of 412": who followed by then, less the actor; a mail server refuses one in a hundred and fifty."""
    at, actor = change["changed_at"], change["actor"]
    entitled = sum(1 for who, (_, since) in follows.items() if since <= at and who != actor)
    refused = entitled // REFUSED_ONE_IN
    return {"entitled_count": entitled, "told_count": entitled - refused, "not_told_count": refused}


def plant_news(
    session: Session, community: Community, follows: dict, changes: list[dict], comments: list[dict],
    cast: dict, ideas: dict[str, int], boards: dict[str, int], people: dict[str, int],
    stories: list[dict], moment: Moment,
) -> dict[str, int]:  # fmt: skip
    """Within an open transaction; `stories`: the entries of stories, which take their place among the others.

    Returns {"events": …, "notifications": …, "mails": …}.
    """
    events = sorted(_events(community, changes, comments, cast, moment), key=lambda event: event["happened_at"])
    table = Event.__table__
    event_ids = session.scalars(
        insert(table).returning(table.c.id, sort_by_parameter_order=True),
        [_columns(event, ideas, boards, people) for event in events],
    ).all()
    entries = [
        {**entry, "event_id": event_id, "idea_id": ideas[event["idea"]], "person_id": people[reader]}
        for event, event_id in zip(events, event_ids, strict=True)
        for reader in READERS
        if (entry := _entry(reader, event, follows, community, moment))
    ]
    mails = _plant_mails(session, entries, people["vera"], moment)
    session.execute(
        insert(Preference.__table__), {"person_id": people["vera"], "kind": Topic.COMMENTS, "how": How.WEEKLY}
    )
    launches = [
        {**entry, "event_id": event_id, "idea_id": ideas[event["idea"]], "person_id": people[who]}
        for event, event_id in zip(events, event_ids, strict=True)
        if event["facts"].get("stage") == Stage.LAUNCHED
        for who, entry in _told_of_launch(event, follows[event["idea"]])
    ]
    # The inbox is in the order in which they were written.
    entries = sorted(entries + launches + stories, key=lambda entry: entry["created_at"])
    session.execute(insert(Notification.__table__), entries)
    return {"events": len(events), "notifications": len(entries), "mails": mails}


def _events(community: Community, changes: list[dict], comments: list[dict], cast: dict, moment: Moment) -> list[dict]:
    events = []

    def add(kind: str, actor: str | None, idea, at: datetime, **more) -> None:
        events.append({"kind": kind, "actor": actor, "idea": idea.key, "board": idea.board, "happened_at": at,
                       "change_id": None, "comment_id": None, "author": idea.by, "answered": None, "facts": {},
                       **more})  # fmt: skip

    of = {idea.key: idea for idea in community.ideas}
    for idea in community.ideas:
        add(kinds.IDEA_SUBMITTED, idea.by, idea, moment(idea.days))
        for addition in idea.additions:
            add(kinds.IDEA_ADDED_TO, idea.by, idea, moment(addition["days"]))
        if idea.taken_back is not None:
            add(kinds.IDEA_TAKEN_BACK, idea.by, idea, moment(idea.taken_back))
        if idea.stepped_back is not None:
            add(kinds.IDEA_STEPPED_BACK, idea.by, idea, moment(idea.stepped_back))
        if reached := promise_reached_at(cast[idea.key]):
            facts = {"votes": PROMISE_VOTES, "days": PROMISE_DAYS}
            add(kinds.IDEA_PROMISE_REACHED, None, idea, reached, facts=facts)
    stood = {idea.key: str(Stage.RECEIVED) for idea in community.ideas}
    for row in changes:
        facts = {"stage": str(row["stage"]), "outcome": row["outcome"], "from": stood[row["idea"]],
                 "answer": not row["is_ready_sentence"]}  # fmt: skip
        stood[row["idea"]] = facts["stage"]
        more = {"change_id": row["id"], "facts": facts}
        add(kinds.IDEA_STATUS_CHANGED, row["actor"], of[row["idea"]], row["changed_at"], **more)
    for row in comments:
        more = {"comment_id": row["id"], "answered": row["answered"]}
        add(kinds.COMMENT_POSTED, row["author"], of[row["idea"]], row["posted_at"], **more)
        if row["deleted_at"]:
            add(kinds.COMMENT_DELETED, row["author"], of[row["idea"]], row["deleted_at"], comment_id=row["id"])
    return events


def _columns(event: dict, ideas: dict[str, int], boards: dict[str, int], people: dict[str, int]) -> dict:
    return {
        "kind": event["kind"], "happened_at": event["happened_at"], "actor_id": people[event["actor"]] if event["actor"] else None,
        "board_id": boards[event["board"]], "idea_id": ideas[event["idea"]], "change_id": event["change_id"],
        "comment_id": event["comment_id"], "origin": Origin.DEMO, "dispatched_at": event["happened_at"],
        "facts": event["facts"],
    }  # fmt: skip


def _entry(reader: str, event: dict, follows: dict, community: Community, moment: Moment) -> dict | None:
    """What the reader is told of the event: topic, reason and times; None when nothing."""
    if event["actor"] == reader:
        return None
    why, since = follows[event["idea"]].get(reader, (0, None))
    at = event["happened_at"]
    if event["kind"] == kinds.IDEA_STATUS_CHANGED and why and since <= at:
        topic, reason = Topic.STATUS, next(word for bit, word in REASONS if why & bit)
    elif event["kind"] == kinds.COMMENT_POSTED and event["answered"] == reader:
        topic, reason = Topic.COMMENTS, "replied_to"
    elif event["kind"] == kinds.COMMENT_POSTED and event["author"] == reader:
        topic, reason = Topic.COMMENTS, "author"
    else:
        return None
    read_at = at + timedelta(hours=5) if at < moment(READ_AFTER_DAYS) else None
    return {"topic": topic, "reason": reason, "created_at": at, "read_at": read_at, "delivery_id": None,
            "told_at": at, "told_by": ToldBy.INBOX}  # fmt: skip


def _told_of_launch(event: dict, follows: dict[str, tuple[int, datetime]]) -> Iterator[tuple[str, dict]]:
    """The entry of everybody else who followed by then, as many told as told_counts says: "How we answer" counts them."""
    at = event["happened_at"]
    entitled = sorted(who for who, (_, since) in follows.items() if since <= at and who != event["actor"])
    others = [who for who in entitled if who not in READERS]
    refused = set(others[: len(entitled) // REFUSED_ONE_IN])
    for who in others:
        reason = next((word for bit, word in REASONS if follows[who][0] & bit), "chosen")
        told_by = ToldBy.REFUSED if who in refused else ToldBy.INBOX
        yield who, {"topic": Topic.STATUS, "reason": reason, "created_at": at, "read_at": at + timedelta(hours=5),
                    "delivery_id": None, "told_at": at, "told_by": told_by}  # fmt: skip


def _plant_mails(session: Session, entries: list[dict], vera: int, moment: Moment) -> int:
    """Answers and status of the last weeks went out by mail as well, and comments in Vera's weekly digests."""
    lately = [entry for entry in entries if entry["created_at"] > moment(MAILS_OF_DAYS)]
    mails: dict[tuple, list[dict]] = {}  # what one mail carries, by its reader, kind and moment
    for number, entry in enumerate(lately):
        if entry["topic"] == Topic.STATUS:
            due_at = entry["created_at"] + timedelta(minutes=15)
            mails[entry["person_id"], "news", due_at, number] = [entry]
        elif entry["topic"] == Topic.COMMENTS and entry["person_id"] == vera:
            due_at = next_digest(entry["created_at"], SITE_ZONE, How.WEEKLY)
            if due_at < moment(0):
                mails.setdefault((vera, "digest", due_at, 0), []).append(entry)
    if not mails:
        return 0
    rng = random.Random(f"{SEED} mails")
    values = [
        {"channel": "mail", "kind": kind, "person_id": person_id, "message_key": f"demo-{rng.getrandbits(96):024x}",
         "facts": {"rhythm": How.WEEKLY} if kind == "digest" else {}, "created_at": carried[0]["created_at"],
         "due_at": due_at, "state": "sent", "attempts": 1, "settled_at": due_at + timedelta(seconds=rng.randint(1, 20))}
        for (person_id, kind, due_at, _), carried in mails.items()
    ]  # fmt: skip
    table = Delivery.__table__
    ids = session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), values)
    for delivery_id, value, carried in zip(ids, values, mails.values(), strict=True):
        told_by = ToldBy.DIGEST if value["kind"] == "digest" else ToldBy.MAIL
        for entry in carried:
            entry.update(delivery_id=delivery_id, told_at=value["settled_at"], told_by=told_by)
    return len(values)
