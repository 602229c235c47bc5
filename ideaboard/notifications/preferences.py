"""What a person chose to hear: how each kind of news comes, when it is quiet, boards followed or muted, mail or none."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from ideaboard.extensions import db, gettext
from ideaboard.following.boards import choose_within
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Board, BroadFollow, Delivery, Follow, Idea, Person, Preference
from ideaboard.models.vocabulary import How, Topic
from ideaboard.notifications.channels import default_how

# In the order of the page.
TOPICS = (Topic.STATUS, Topic.STORIES, Topic.COMMENTS, Topic.MENTIONS, Topic.NEW_IDEAS)
BOARD_WISHES = ("usual", "follow", "mute")
LATELY = timedelta(weeks=4)


class BadHours(Refusal):
    """Quiet hours that are none."""


def choices_of(person: Person) -> dict[str, str]:
    """{topic: how} for every kind, chosen or by default."""
    chosen = dict(
        db.session.execute(select(Preference.kind, Preference.how).where(Preference.person_id == person.id)).all()
    )
    return {topic: chosen.get(topic, default_how(topic)) for topic in TOPICS}


def wishes_of(person: Person) -> dict[int, str]:
    """{board id: 'follow' or 'mute'} for boards with a wish of this person."""
    rows = db.session.execute(
        select(BroadFollow.board_id, BroadFollow.muted_at).where(
            BroadFollow.person_id == person.id, BroadFollow.board_id.is_not(None)
        )
    )
    return {board_id: "mute" if muted_at else "follow" for board_id, muted_at in rows}


def muted_ideas(person: Person) -> list[Idea]:
    """The ideas that the person muted and may see, the last muted first (at most 200)."""
    return list(
        db.session.execute(
            select(Idea)
            .join(Follow, Follow.idea_id == Idea.id)
            .where(Follow.person_id == person.id, Follow.muted_at.is_not(None), Idea.visible_to(person, merged=True))
            .order_by(Follow.muted_at.desc(), Idea.id)
            .limit(200)
        ).scalars()
    )


def quiet_of(person: Person) -> tuple[str, str]:
    """The quiet hours as the page's fields have them: ('22', '7'), or two empty ones."""
    hours = (person.quiet_from, person.quiet_until)
    return ("", "") if None in hours else (str(hours[0]), str(hours[1]))


def read_hours(first: str, last: str) -> tuple[int | None, int | None]:
    """Two fields as whole hours, or no quiet hours where both are empty. Raises BadHours."""
    if first == last == "":
        return None, None
    known = [str(hour) for hour in range(24)]
    if first not in known or last not in known:
        raise BadHours(gettext("Quiet hours have a beginning and an end. Choose both, or neither."))
    if first == last:
        raise BadHours(
            gettext("Quiet hours begin and end at different hours. To get no mail at all, take the tick away.")
        )
    return int(first), int(last)


def mails_lately(person: Person, now: datetime) -> int:
    """How many mails of news the person got in the last four weeks."""
    sent = select(func.count()).where(
        Delivery.person_id == person.id,
        Delivery.kind.in_(("news", "digest")),
        Delivery.state == "sent",
        Delivery.settled_at > now - LATELY,
    )
    return db.session.execute(sent).scalar_one()


def choose(
    person: Person, now: datetime, *, kinds: dict[str, str], boards: dict[int, str], mail: bool,
    quiet: tuple[str, str] = ("", ""),
) -> None:  # fmt: skip
    """Keep the whole page of choices. Unknown kinds, hows, wishes and boards that are not seen are left alone.

    `quiet`: the two fields as typed. Raises BadHours, and keeps nothing.
    """
    first, last = read_hours(*quiet)
    with transaction() as session:
        seen = set(session.execute(select(Board.id).where(Board.visible_to(person))).scalars())
        for topic, how in kinds.items():
            if topic in TOPICS and how in tuple(How):
                _set_how(person.id, topic, how)
        for board_id, wish in boards.items():
            if board_id in seen and wish in BOARD_WISHES:
                choice = {"follow": {"followed_at": now}, "mute": {"muted_at": now}}.get(wish, {})
                choose_within(board_id, person.id, **choice)
        stopped = None if mail else (Person.mail_stopped_at if person.mail_stopped_at else now)
        hours = {"quiet_from": first, "quiet_until": last}
        session.execute(update(Person).where(Person.id == person.id).values(mail_stopped_at=stopped, **hours))


def set_how(person_id: int, topic: str, how: str) -> None:
    """One kind of news: a How."""
    with transaction():
        _set_how(person_id, topic, how)


def stop_mail(person_id: int, now: datetime) -> None:
    """No mail to this person's address but security's. Done twice is done once."""
    with transaction() as session:
        session.execute(
            update(Person).where(Person.id == person_id, Person.mail_stopped_at.is_(None)).values(mail_stopped_at=now)
        )


def resume_mail(person_id: int) -> None:
    """Mail goes again."""
    with transaction() as session:
        session.execute(update(Person).where(Person.id == person_id).values(mail_stopped_at=None))


def try_address_again(person: Person) -> None:
    """Forget that the mail server refused the address: the next mail tries it."""
    with transaction() as session:
        session.execute(
            update(Person).where(Person.id == person.id).values(mail_refused_at=None, mail_refused_because=None)
        )


def _set_how(person_id: int, topic: str, how: str) -> None:
    statement = dialects_sql.upsert(dialect_name(), Preference, [Preference.person_id, Preference.kind], how=how)
    db.session.execute(statement.values(person_id=person_id, kind=topic, how=how))
