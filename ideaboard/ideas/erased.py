"""What erasure takes away of ideas: drafts; the words themselves where that is asked for."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update

from ideaboard.extensions import db, force_locale, gettext
from ideaboard.foundation.slugs import slugify
from ideaboard.models import Draft, Idea, IdeaAddition, IdeaRevision, Person, Site
from ideaboard.search.indexing import index_ideas
from ideaboard.similar.indexing import learn, part


def take_words_away(person: Person, now: datetime, texts_too: bool) -> None:
    """Within the erasure's transaction. An idea that nobody else took part in leaves; of the others the words go, in
    every version, and what others did there stays: votes, comments, answers."""
    of_address = Draft.email == person.email if person.email else Draft.id.is_(None)
    db.session.execute(delete(Draft).where(or_(Draft.author_id == person.id, of_address)))
    if not texts_too:
        return
    with force_locale(Site.current().locale):
        title = gettext("Removed at the wish of its author")
    own = select(Idea.id).where(Idea.author_id == person.id)
    db.session.execute(update(IdeaRevision).where(IdeaRevision.idea_id.in_(own)).values(title=title, body=""))
    db.session.execute(update(IdeaAddition).where(IdeaAddition.idea_id.in_(own)).values(body="", html=""))
    db.session.execute(
        update(Idea)
        .where(Idea.author_id == person.id)
        .values(title=title, slug=slugify(title), body="", body_html="", excerpt="", different_because="")
    )
    db.session.execute(
        update(Idea)
        .where(Idea.author_id == person.id, Idea.others_took_part_at.is_(None), Idea.status_id.is_(None))
        .where(Idea.taken_back_at.is_(None))
        .values(taken_back_at=now)
    )
    ids = db.session.scalars(own).all()
    index_ideas(ids)
    learn(ids)
    part(ids)
