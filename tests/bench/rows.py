"""The rows of one idea's life, as tuples for the bulk loader, with their texts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ideaboard.events import kinds
from ideaboard.foundation.markdown import RENDERER_VERSION
from ideaboard.foundation.slugs import slugify
from ideaboard.models.ranking import showing_due_of, trending_of
from ideaboard.models.vocabulary import Origin, Outcome, Reason, Stage, ToldBy, Topic
from ideaboard.search.documents import ANSWER as ANSWER_TEXT
from ideaboard.search.documents import IDEA as IDEA_TEXT
from tests.bench.documents import WORTH_IT, Documents
from tests.bench.history import DAY, History, Life
from tests.bench.words import Words, sentence

PROMISE_VOTES = 50
READ_AFTER = 3 * DAY
DELIVERIES_KEPT = 90 * DAY
_REASONS = ((Reason.AUTHOR, "author"), (Reason.VOTER, "voter"), (Reason.COMMENTER, "commenter"))

IDEA = (
    "id board_id author_id title slug body body_html renderer_version excerpt status_id change_id standing votes_count"
    " comments_count imported_votes views_count trending showing_due created_at visible_at promise_reached_at others_took_part_at"
    " hidden_at taken_back_at origin import_source import_id"
).split()
CHANGE = (
    "id idea_id status_id stage outcome text html renderer_version is_ready_sentence actor_id changed_at promised_on"
    " linked_idea_id linked_url votes_at_change entitled_count told_count not_told_count origin"
).split()
VOTE = "idea_id person_id cast_at is_unnamed".split()
FOLLOW = "idea_id person_id reasons followed_at".split()
COMMENT = "id idea_id author_id parent_id root_id body html renderer_version posted_at".split()
EVENT = (
    "id kind happened_at actor_id board_id idea_id change_id comment_id facts origin told_up_to dispatched_at"
).split()
NOTIFICATION = "id event_id person_id idea_id topic reason created_at read_at told_at told_by delivery_id".split()
DELIVERY = "id kind person_id message_key created_at due_at state attempts settled_at".split()


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def html_of(text: str) -> str:
    """What the renderer makes of plain words in paragraphs (a test holds the two equal): it would take four minutes."""
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in text.split("\n\n"))


def excerpt_of(text: str, length: int = 200) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= length else plain[:length].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"


@dataclass
class Texts:
    """Texts of the site's two languages; now and then somebody posts nearly the same idea again."""

    seed: int
    kept: list[list[str]] = field(default_factory=list)

    def __post_init__(self):
        chance = random.Random(f"{self.seed} words")
        self.languages = [Words("en", chance), Words("de", chance)]

    def of(self, chance: random.Random) -> Words:
        return self.languages[chance.random() < 0.3]

    def title(self, chance: random.Random, words: Words) -> str:
        if self.kept and chance.random() < 0.05:
            title = list(chance.choice(self.kept))
            title[int(chance.random() * len(title))] = words.text(chance, 1)[0]
            if chance.random() < 0.5:
                chance.shuffle(title)
        else:
            title = words.title(chance)
            if chance.random() < 0.1:
                self.kept.append(title)
        return sentence(title)[:120]

    def paragraph(self, chance: random.Random, words: Words, about: int) -> str:
        sentences = max(1, round(about / 10))
        return " ".join(sentence(words.text(chance, 5 + int(chance.random() * 10))) + "." for _ in range(sentences))

    def body(self, chance: random.Random, words: Words) -> str:
        return "\n\n".join(
            self.paragraph(chance, words, 10 + chance.expovariate(1 / 25))
            for _ in range(1 + int(chance.random() * 2.4))
        )


class Rows:
    """What the ideas of one batch come to; events and entries of inboxes pile up until all ideas are there."""

    def __init__(self, history: History, statuses: dict[str, int]):
        self.history, self.statuses = history, statuses
        self.texts = Texts(history.seed)
        self.documents = Documents(history.ideas >= WORTH_IT)
        self.boards: list[int] = []  # of each idea
        self.changes_so_far = 0
        self.events: list[tuple] = []  # (when, kind, actor, board, idea, change, comment key, facts, origin, [told])
        self.comments: list[tuple] = []  # (when, idea, place, author, place of the parent)
        self.clear()

    def clear(self) -> None:
        self.ideas: list[tuple] = []
        self.changes: list[tuple] = []
        self.votes: list[tuple] = []
        self.follows: list[tuple] = []

    def add(self, life: Life) -> None:
        chance = random.Random(f"{self.history.seed} rows {life.number}")
        words = self.texts.of(chance)
        follows = self._follows(life)
        votes = [(person, moment(at)) for person, at in life.votes]
        self._idea(chance, words, life, votes)
        standing = self._changes(chance, words, life, follows)
        self.ideas[-1] = self.ideas[-1][:9] + standing + self.ideas[-1][12:]
        number = life.number
        self.votes.extend((number, person, at, person % 29 == 0) for person, at in votes)
        self.follows.extend(
            (number, person, reasons, moment(since)) for person, (reasons, since) in sorted(follows.items())
        )
        self._comments(life)

    def _follows(self, life: Life) -> dict[int, tuple[int, float]]:
        found: dict[int, tuple[int, float]] = {life.author: (Reason.AUTHOR, life.at)}
        for reason, people in (
            (Reason.VOTER, life.votes),
            (Reason.COMMENTER, [(person, at) for at, person, _ in life.comments]),
        ):
            for person, at in people:
                reasons, since = found.get(person, (0, at))
                found[person] = (reasons | reason, min(since, at))
        return found

    def _idea(self, chance: random.Random, words: Words, life: Life, votes: list[tuple[int, datetime]]) -> None:
        title, body = self.texts.title(chance, words), self.texts.body(chance, words)
        others = [at for person, at in life.votes if person != life.author]
        others += [at for at, person, _ in life.comments if person != life.author]
        imported, born = life.imported, moment(life.at)
        reached = None
        if len(life.votes) >= PROMISE_VOTES and not imported:
            reached = sorted(at for _, at in life.votes)[PROMISE_VOTES - 1]
            facts = {"votes": PROMISE_VOTES, "days": 14}
            self._event(reached, kinds.IDEA_PROMISE_REACHED, None, life, facts=facts)
        self._event(life.at, kinds.IDEA_SUBMITTED, life.author, life)
        took_back = life.at + DAY if life.taken_back else None
        if took_back:
            self._event(took_back, kinds.IDEA_TAKEN_BACK, life.author, life)
        self.boards.append(life.board)
        if not took_back:
            self.documents.add(IDEA_TEXT, life.number, life.board, title, body, html_of(body))
        brought = int(chance.paretovariate(0.9) * 3) % 4000 if imported else 0
        views = int(
            (len(life.votes) * 9 + 25)
            * chance.lognormvariate(0, 0.5)
            * min(1, (self.history.now - life.at) / (90 * DAY))
        )
        self.ideas.append((
            life.number, life.board, life.author, title, slugify(title), body, html_of(body), RENDERER_VERSION,
            excerpt_of(body), None, None, str(Stage.RECEIVED), len(life.votes), len(life.comments), brought, views,
            trending_of(born, [at for _, at in votes], views), showing_due_of(born, views), born, born, moment(reached), moment(min(others, default=None)),
            moment(life.at + 2 * DAY) if life.hidden else None, moment(took_back),
            Origin.IMPORT if imported else Origin.HERE,
            "old-board" if imported else None, f"post-{life.number}" if imported else None,
        ))  # fmt: skip

    def _changes(self, chance: random.Random, words: Words, life: Life, follows: dict) -> tuple:
        """The rows and events of its changes; -> status_id, change_id, standing."""
        status = change_id = None
        stood, standing = str(Stage.RECEIVED), str(Stage.RECEIVED)
        origin = Origin.IMPORT if life.imported else Origin.HERE
        for change in life.changes:
            self.changes_so_far += 1
            change_id, status = self.changes_so_far, self.statuses[change.stage]
            text = self.texts.paragraph(chance, words, 12 if change.ready else 30)
            if life.imported and chance.random() < 0.5:
                text = ""
            entries = [] if life.imported else self._told(chance, life, change, follows)
            refused = sum(1 for entry in entries if entry[3] == ToldBy.REFUSED)
            elsewhere = change.outcome in (Outcome.EXISTS, Outcome.HANDED_OVER)
            linked = 1 + int((life.number - 1) * chance.random()) if change.outcome == Outcome.EXISTS else None
            linked = None if linked == life.number else linked
            self.changes.append((
                change_id, life.number, status, change.stage, change.outcome, text, html_of(text) if text else "",
                RENDERER_VERSION, change.ready, change.actor, moment(change.at), _promise(change), linked,
                f"https://support.example.org/{life.number}" if elsewhere and not linked else None, change.votes,
                len(entries), len(entries) - refused, refused, origin,
            ))  # fmt: skip
            if text and not change.ready:
                self.documents.add(ANSWER_TEXT, change_id, life.board, "", "", html_of(text))
            standing = str(change.outcome or change.stage)
            facts = {"stage": str(change.stage), "outcome": change.outcome, "from": stood, "answer": not change.ready}
            stood = str(change.stage)
            self._event(
                change.at, kinds.IDEA_STATUS_CHANGED, change.actor, life, change=change_id, facts=facts, told=entries
            )
        return (status, change_id, standing)

    def _told(self, chance: random.Random, life: Life, change, follows: dict) -> list[tuple]:
        """[(person, topic, reason, told by)] of those who followed by then."""
        draw = chance.random
        return [
            (person, Topic.STATUS, next((word for bit, word in _REASONS if reasons & bit), "chosen"), _told_by(draw()))
            for person, (reasons, since) in follows.items()
            if since <= change.at and person != change.actor
        ]

    def _comments(self, life: Life) -> None:
        chance = random.Random(f"{self.history.seed} told {life.number}")
        for place, (at, person, parent) in enumerate(life.comments):
            told = []
            if life.author != person:
                told.append((life.author, Topic.COMMENTS, "author", _told_by(chance.random())))
            answered = life.comments[parent][1] if parent is not None else None
            if answered not in (None, person, life.author):
                told.append((answered, Topic.COMMENTS, "replied_to", _told_by(chance.random())))
            self.comments.append((at, life.number, place, person, parent))
            key = (life.number, place)
            self._event(at, kinds.COMMENT_POSTED, person, life, comment=key, told=[] if life.imported else told)

    def _event(self, at, kind, actor, life: Life, *, change=None, comment=None, facts=None, told=()) -> None:
        origin = Origin.IMPORT if life.imported else Origin.HERE
        self.events.append((at, kind, actor, life.board, life.number, change, comment, facts or {}, origin, told))


def _promise(change) -> date | None:
    if change.stage == Stage.UNDER_REVIEW:
        return moment(change.at + 14 * DAY).date()
    if change.outcome == Outcome.NOT_NOW or (change.stage == Stage.COMING_SOON and change.votes % 2):
        return moment(change.at + 180 * DAY).date().replace(day=1)
    return None


def _told_by(drawn: float) -> str:
    if drawn < 0.005:
        return ToldBy.REFUSED
    return ToldBy.MAIL if drawn < 0.45 else ToldBy.DIGEST if drawn < 0.6 else ToldBy.INBOX


def entries_of(events: list[tuple], now: float, seed: int) -> tuple[Iterator[tuple], Iterator[tuple]]:
    """(rows of delivery, rows of notification) for events in their order, whose place + 1 is their id."""
    entries = [(event_id, event[0], event[4], told) for event_id, event in enumerate(events, 1) for told in event[9]]
    chance = random.Random(f"{seed} read")
    late = [
        n for n, (_, at, _, told) in enumerate(entries, 1)
        if at > now - DELIVERIES_KEPT and told[3] in (ToldBy.MAIL, ToldBy.DIGEST, ToldBy.REFUSED)
    ]  # fmt: skip
    carried = {n: delivery for delivery, n in enumerate(late, 1)}

    def deliveries():
        for delivery, n in enumerate(late, 1):
            _, at, _, (person, _, _, told_by) = entries[n - 1]
            state, settled = "refused" if told_by == ToldBy.REFUSED else "sent", min(now, at + 900)
            kind = "digest" if told_by == ToldBy.DIGEST else "news"
            yield delivery, kind, person, f"bench-{n}", moment(at), moment(settled), state, 1, moment(settled)

    def notifications():
        for n, (event_id, at, idea, (person, topic, reason, told_by)) in enumerate(entries, 1):
            read = at + READ_AFTER if at < now - READ_AFTER and chance.random() < 0.85 else None
            told_at = moment(min(now, at + 900))
            yield (n, event_id, person, idea, topic, reason, moment(at), moment(read), told_at, told_by, carried.get(n))

    return deliveries(), notifications()
