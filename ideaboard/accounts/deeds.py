"""What a guest pressed waits with the code; once the code is typed, the deed is done, once.

`DEEDS` is filled in registry.py: deed -> (person, facts, now) -> the path to go to afterwards, or None. A deed reads
what it needs, calls end_reading() and then its room's verb; it raises that verb's refusals.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.accounts.chain import all_of, chained
from ideaboard.accounts.codes import pending_of_attempt
from ideaboard.extensions import db, gettext, ngettext
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.links import links
from ideaboard.foundation.refusals import Missing, Refusal
from ideaboard.models import Idea, Pending, Person

DEEDS: dict[str, Callable[[Person, dict, datetime], str | None]] = {}


@dataclass(frozen=True)
class Done:
    """`path`: where to go, or None; `refused`: why the deed was not done, or None; `text`: the words that waited."""

    path: str | None = None
    refused: str | None = None
    text: str = ""


def text_of(deed: dict) -> str:
    """The words that somebody wrote and that wait."""
    words = ((one.get("title"), one.get("text") or one.get("body")) for one in all_of(deed))
    return "\n\n".join(part for both in words for part in both if part)


def sentence_of(pending: Pending) -> str:
    """What typing the code does, for its mail: 'Typing it casts your vote.' ('' for a plain sign-in)."""
    *earlier, last = all_of(pending.deed) or [{}]
    sentence = {
        "vote": gettext("Typing it also casts the vote that was pressed."),
        "vote_while_writing": gettext(
            "Typing it also casts the vote that was pressed, and keeps the idea that was being written as a draft."
        ),
        "follow": gettext("Typing it also follows the idea that was chosen."),
        "comment": gettext("Typing it also posts the comment that was written."),
        "publish_draft": gettext("Typing it also shows the idea that was written, with a button to publish it."),
    }.get(last.get("deed", ""), "")
    if not earlier:
        return sentence
    more = ngettext(
        "One thing more was pressed in the same browser before; it is done too.",
        "%(num)s things more were pressed in the same browser before; they are done too.",
        len(earlier),
    )
    return f"{sentence} {more}"


def take_deed(pending_id: int, person: Person) -> dict:
    """Take what waits, so that nobody else does it too; {} when nothing waits, or it waits for somebody else."""
    with transaction() as session:
        pending = session.execute(
            select(Pending).where(Pending.id == pending_id, Pending.email == person.email).with_for_update(),
            execution_options={"populate_existing": True},
        ).scalar_one_or_none()
        if pending is None or pending.used_at is None or not pending.deed:
            return {}
        deed, pending.deed = pending.deed, {}
        return deed


def keep_deeds(pending_id: int, deeds: list[dict], refused: str) -> None:
    """Put them back, with the reason: words that were written are never lost."""
    with transaction() as session:
        pending = session.get(Pending, pending_id, with_for_update=True, populate_existing=True)
        if pending is not None:
            pending.deed = {**chained([{"from": pending_id, **deed} for deed in deeds]), "refused": refused}


def do_deed(pending_id: int, person: Person, now: datetime) -> Done:
    """Do what waits on a used code, in the order of pressing; one that is refused does not keep the others from it.

    A refusal is told, not raised; a refused text is kept on the row.
    """
    waiting = [deed for deed in all_of(take_deed(pending_id, person)) if deed["deed"] in DEEDS]
    path, drafted, reasons, kept = None, False, [], []
    for place, deed in enumerate(waiting):
        try:
            led = _do(deed, pending_id, person, now)
            # Whoever wrote an idea is led to it, whatever they pressed after it.
            wrote = deed["deed"] in ("publish_draft", "vote_while_writing")
            if wrote or not drafted:
                path, drafted = led or path, wrote
        except Refusal as refusal:
            db.session.rollback()
            db.session.refresh(person)  # the rollback forgot it, and the next verb must not begin with a reading
            reasons.append(str(refusal))
            kept += [deed] if text_of(deed) else []
        except BaseException:
            db.session.rollback()
            fault = gettext("A fault of ours came between. Try it once more.")
            keep_deeds(pending_id, [*kept, *waiting[place:]], fault)
            raise
        finally:
            end_reading()
    refused = " ".join(dict.fromkeys(reasons)) or None
    if kept:
        keep_deeds(pending_id, kept, refused)
    return Done(path, refused, "\n\n".join(text_of(deed) for deed in kept))


def _do(deed: dict, pending_id: int, person: Person, now: datetime) -> str | None:
    facts = {name: value for name, value in deed.items() if name not in ("deed", "refused", "from")}
    # A verb that keeps form tokens does it once even if this process dies before the answer.
    facts["form_token"] = f"pending:{deed.get('from', pending_id)}"
    return DEEDS[deed["deed"]](person, facts, now)


def was_pressed_elsewhere(pending: Pending, attempt: str) -> bool:
    """Whether this browser asked for a code of this address too, and the code is another browser's.

    Whoever knows an address can ask for its newest code: its owner, typing that one, must not post a stranger's words.
    Reads only.
    """
    does = {deed["deed"] for deed in all_of(pending.deed)} & {"vote", "vote_while_writing", "follow", "comment"}
    own = pending_of_attempt(attempt) if attempt and does else None
    return own is not None and own.id != pending.id and own.email == pending.email


def set_aside(pending_id: int, person: Person) -> Done:
    """Not do what waits on a used code: words are kept, to be posted or let go; a vote or follow is pressed again."""
    deed = take_deed(pending_id, person)
    reason = gettext("This was asked for in another browser, so it was not done. If that was you, do it once more.")
    if text_of(deed):
        keep_deeds(pending_id, [one for one in all_of(deed) if text_of(one)], reason)
    return Done(refused=reason, text=text_of(deed))


def unfinished(pending_id: int, person: Person) -> Pending | None:
    """The row whose words could not be posted, while it waits for this person."""
    pending = db.session.get(Pending, pending_id) if pending_id < 2**53 else None
    if pending is None or pending.email != person.email or pending.used_at is None or not text_of(pending.deed):
        return None
    return pending


def idea_path(idea_id: int, anchor: str = "") -> str:
    """The path of an idea's page, with its anchor."""
    slug = db.session.execute(select(Idea.slug).where(Idea.id == idea_id)).scalar_one_or_none() or "idea"
    return links.path("ideas.show", idea_id=idea_id, slug=slug) + (f"#{anchor}" if anchor else "")


def visible_idea(idea_id: int, person: Person) -> Idea:
    """The idea that a deed speaks of, as the person may see it now; ends the reading. Raises Missing."""
    idea = db.session.execute(
        select(Idea).where(Idea.id == idea_id, Idea.visible_to(person)).options(joinedload(Idea.board))
    ).scalar_one_or_none()
    end_reading()
    if idea is None:
        raise Missing(gettext("This idea is not here any more, so nothing was done."))
    return idea


def show_draft(person: Person, facts: dict, now: datetime) -> str:
    """The deed "publish_draft": nothing is published unseen; its page shows the idea with the button."""
    return links.path("ideas.draft", draft_id=facts["draft_id"])
