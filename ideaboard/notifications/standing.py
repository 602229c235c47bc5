"""How it stands between people and ideas when news is judged, read for many at once."""

from collections.abc import Collection

from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.models import BroadFollow, Follow, Idea, Person, Preference, Story
from ideaboard.notifications.channels import default_how
from ideaboard.notifications.seeing import seers, story_seers


class Standings:
    """How it stands between people and what their news is about: seen, muted, followed, chosen."""

    def __init__(self, ideas: set[int], people: list[int], stories: Collection[int] = ()):
        self._readers = {story_id: story_seers(story_id, people) for story_id in stories}
        self._seers = {idea_id: seers(idea_id, people) for idea_id in ideas}
        follow = select(Follow.person_id, Follow.idea_id, Follow.reasons, Follow.muted_at)
        found = db.session.execute(follow.where(Follow.person_id.in_(people), Follow.idea_id.in_(ideas)))
        self._follows = {(row.person_id, row.idea_id): row for row in found}
        broad = select(BroadFollow.person_id, BroadFollow.board_id, BroadFollow.followed_at, BroadFollow.muted_at)
        self._broad: dict[int, list] = {}
        for row in db.session.execute(broad.where(BroadFollow.person_id.in_(people))):
            self._broad.setdefault(row.person_id, []).append(row)
        chosen = select(Preference.person_id, Preference.kind, Preference.how)
        found = db.session.execute(chosen.where(Preference.person_id.in_(people)))
        self._how = {(row.person_id, row.kind): row.how for row in found}

    def _here(self, person: Person, thing: Idea | Story) -> list:
        return [row for row in self._broad.get(person.id, ()) if row.board_id in (None, thing.board_id)]

    def sees(self, person: Person, idea: Idea) -> bool:
        return person.id in self._seers[idea.id]

    def reads(self, person: Person, story: Story) -> bool:
        """May read it, and did not mute its board."""
        return person.id in self._readers[story.id] and not any(row.muted_at for row in self._here(person, story))

    def muted(self, person: Person, idea: Idea) -> bool:
        follow = self._follows.get((person.id, idea.id))
        return bool(follow and follow.muted_at) or any(row.muted_at for row in self._here(person, idea))

    def reasons(self, person: Person, idea: Idea) -> int:
        follow = self._follows.get((person.id, idea.id))
        return follow.reasons if follow else 0

    def follows_broadly(self, person: Person, idea: Idea) -> bool:
        return any(row.followed_at for row in self._here(person, idea))

    def how(self, person: Person, topic: str) -> str:
        return self._how.get((person.id, topic), default_how(topic))
