"""A guest voted for an idea like the one they were writing: with the code both are kept, the vote and the words."""

from datetime import datetime

from ideaboard.foundation.links import links
from ideaboard.ideas.different import Different
from ideaboard.ideas.drafts import keep_guest_draft
from ideaboard.models import Person
from ideaboard.voting.ballot import cast_vote


def vote_and_keep_words(person: Person, facts: dict, now: datetime) -> str:
    """The deed "vote_while_writing". The words become a draft, once however often they are sent; its form comes again.

    facts: idea_id, title, body, board_id, different_from, different. Raises NotAnIdea and what cast_vote raises.
    """
    different = Different(facts["different_from"], facts["different"])
    draft = keep_guest_draft(
        person.email,
        now,
        board_id=facts["board_id"],
        title=facts["title"],
        body=facts["body"],
        different=different,
    )
    draft_id = draft.id
    cast_vote(facts["idea_id"], person, now)
    return links.path("ideas.edit_draft", draft_id=draft_id)
