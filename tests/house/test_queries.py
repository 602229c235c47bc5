"""How many statements each page may cost, whatever it shows: the number must not grow with the rows.

A maximum that you have to raise needs a reason; name the page's new part in your commit.
"""

from datetime import timedelta

import pytest
from sqlalchemy import event

from ideaboard.models import Comment, Person, Status, StatusChange, Story, StoryIdea, Vote
from tests.conftest import NOW

# page: (address, most statements for a guest, most for a signed-in staff member)
MAXIMA = {
    "home": ("/", 11, 13),  # among them: the latest story, which ideas few have seen
    "list": ("/ideas", 7, 11),
    "list by votes": ("/ideas?sort=votes&board=drinks&status=received", 9, 13),
    "board": ("/boards/drinks", 7, 12),
    "boards": ("/boards", 4, 7),
    "how we answer": ("/how-we-answer", 12, 16),
    "idea": ("/ideas/{idea}", 9, 18),  # among them: the labels of the steps ahead, stories about it, was it clear
    "form": ("/ideas/new?board=drinks", 3, 6),
    "my ideas": ("/me/ideas", None, 7),
    "my votes": ("/me/votes", None, 8),
    "my follows": ("/me/follows", None, 8),
    "inbox": ("/me/inbox", None, 7),
    "preferences": ("/me/preferences", None, 10),  # one of them: how much mail that was
    "staff's list": ("/staff", None, 16),  # one of them: who cannot be reached
    "status form": ("/ideas/{number}/status", None, 16),
    "comments": ("/ideas/{number}/comments", 6, 9),
    "stories": ("/stories", 3, 7),
    "story": ("/stories/{story}-how-it-went", 6, 11),
    "stories' desk": ("/staff/stories", None, 9),
    "story on the desk": ("/staff/stories/{story}", None, 15),
    "profile": ("/me", None, 7),
    "voters": ("/ideas/{number}/voters", None, 10),
    "versions": ("/ideas/{number}/versions", 5, 8),
    "roadmap": ("/roadmap", 8, 13),  # one for each column, and one more to load what is coming in its order
    "roadmap of mine": ("/roadmap?mine=votes&board=drinks", None, 14),
    "launched": ("/launched", 10, 15),
    "feeds": ("/feeds", 3, 7),
    "my feed": ("/me/feeds", None, 7),
    "search of names": ("/ideas/{number}/people?q=v", None, 10),
}


@pytest.fixture
def statements(app, db):
    """A list that collects the statements of the requests made in the test."""
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SET ")):
            seen.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def community(db, cast, make_idea):
    """fill(n): n ideas with votes, answers and comments of different people."""

    def fill(n):
        people = [cast.vera, cast.noor, cast.lena, cast.oskar]
        status = db.session.execute(db.select(Status).where(Status.stage == "coming_soon")).scalars().first()
        made = []
        for i in range(n):
            idea = make_idea(f"Idea {i:03}", author=people[i % 4], at=NOW + timedelta(minutes=i), votes_count=1)
            made.append(idea)
            db.session.add(Vote(idea_id=idea.id, person_id=cast.ada.id, cast_at=NOW))
            for k in range(i % 3):
                db.session.add(
                    Comment(idea_id=idea.id, author_id=people[k].id, body="x", html="<p>x</p>", posted_at=NOW)
                )
            if i % 2:
                change = StatusChange(
                    idea_id=idea.id, status_id=status.id, stage=status.stage, text="We do it.", html="<p>We do it.</p>",
                    actor_id=people[(i + 1) % 4].id, changed_at=NOW,
                )  # fmt: skip
                db.session.add(change)
                db.session.flush()
                idea.change_id, idea.status_id, idea.standing = change.id, status.id, change.standing
        db.session.commit()
        for state in ("published", "draft"):
            stories = [
                Story(title="How it went", slug="how-it-went", body="x", author_id=people[i % 4].id, created_at=NOW,
                      state=state, published_at=NOW if state == "published" else None, board_id=cast.drinks.id)
                for i in range(min(n, 6))
            ]  # fmt: skip
            db.session.add_all(stories)
            db.session.flush()
            db.session.add_all(StoryIdea(story_id=stories[0].id, idea_id=idea.id) for idea in made)
            db.session.commit()
        return made

    return fill


def cost(client, statements, path):
    statements.clear()
    answer = client.get(path)
    assert answer.status_code == 200, path
    return len(statements)


@pytest.mark.parametrize("page", MAXIMA)
def test_a_page_costs_what_it_costs_however_much_it_shows(page, db, cast, guest, client_of, community, statements):
    path, for_guest, for_staff = MAXIMA[page]
    few = community(3)
    story = db.session.scalars(db.select(Story.id).where(Story.state == "published").order_by(Story.id)).first()
    db.session.commit()
    path = path.format(idea=f"{few[1].id}-{few[1].slug}", number=few[1].id, story=story)
    clients = [(client_of(cast.ada), for_staff)]
    if for_guest is not None:
        clients.append((guest, for_guest))
    first = [cost(client, statements, path) for client, _ in clients]
    community(24)
    for (client, most), before in zip(clients, first, strict=True):
        now = cost(client, statements, path)
        assert now <= before, f"{page} costs {now} statements with many rows, {before} with few:\n" + "\n".join(
            statements
        )
        assert now <= most, f"{page} costs {now} statements, {most} were agreed:\n" + "\n".join(statements)


# Pages of an admin: (address, most statements for an admin).
ADMIN = {"people": ("/admin/people", 7), "boards": ("/admin/boards", 7), "statuses": ("/admin/statuses", 6)}


@pytest.mark.parametrize("page", ADMIN)
def test_an_admins_page_costs_what_it_costs(page, db, cast, client_of, community, statements):
    path, most = ADMIN[page]
    client, before = client_of(cast.root), None
    for number in (3, 20):
        with db.session.begin():
            db.session.add_all(
                Person(display_name=f"{number} {n}", email=f"{number}-{n}@example.org", created_at=NOW)
                for n in range(number)
            )
        now = cost(client, statements, path)
        assert before is None or now <= before, "\n".join(statements)
        assert now <= most, f"{page} costs {now} statements, {most} were agreed:\n" + "\n".join(statements)
        before = now


@pytest.mark.parametrize("who", ["guest", "noor"])
def test_an_idea_with_forty_comments_costs_what_one_with_one_costs(
    who, db, cast, guest, client_of, make_idea, statements
):
    idea = make_idea()
    client = guest if who == "guest" else client_of(cast.noor)
    people = [cast.vera, cast.noor, cast.lena, cast.oskar, cast.ada]
    costs = []
    for number in (1, 40):
        for n in range(number):
            db.session.add(
                Comment(idea_id=idea.id, author_id=people[n % 5].id, body="x", html="<p>x</p>", posted_at=NOW)
            )
        db.session.commit()
        costs.append(cost(client, statements, f"/ideas/{idea.id}-{idea.slug}"))
    assert costs[1] <= costs[0], "\n".join(statements)
