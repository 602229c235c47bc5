"""A sample of every kind of mail, for admins to look at and to send to themselves: invented, harmless, by the real letters."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from ideaboard.accounts import notices
from ideaboard.extensions import gettext, lazy_gettext
from ideaboard.foundation.links import links
from ideaboard.models import Delivery, Pending, Person, Site
from ideaboard.models.vocabulary import How, Outcome, Stage, ToldBy, Topic
from ideaboard.notifications.code_letter import code_letter
from ideaboard.notifications.digest_letter import digest_letter
from ideaboard.notifications.entitlement import News
from ideaboard.notifications.letters import Letter
from ideaboard.notifications.news_letter import news_letter
from ideaboard.notifications.notice_letter import notice_letter
from ideaboard.notifications.sample_world import World
from ideaboard.notifications.unsubscribing import token_of

LABELS = {
    "under-review": lazy_gettext("Under review"),
    "want": lazy_gettext("Reviewed: we want this"),
    "not-now": lazy_gettext("Reviewed: not now"),
    "will-not": lazy_gettext("Reviewed: we will not do this"),
    "exists": lazy_gettext("Reviewed: it exists already"),
    "handed-over": lazy_gettext("Reviewed: handed over"),
    "coming-soon": lazy_gettext("Coming soon"),
    "launched": lazy_gettext("Launched"),
    "several": lazy_gettext("Several ideas"),
    "comment": lazy_gettext("Comment"),
    "mention": lazy_gettext("Mention"),
    "story": lazy_gettext("Story"),
    "new-ideas": lazy_gettext("New ideas"),
    "daily": lazy_gettext("Daily digest"),
    "weekly": lazy_gettext("Weekly digest"),
    "code": lazy_gettext("Sign-in code"),
    "notice": lazy_gettext("Notice of safety"),
}


def sample_letter(kind: str, person: Person, site: Site, now: datetime) -> Letter:
    """The letter of a kind (a key of LABELS), as `person` would get it, in the language in force."""
    if kind == "code":
        pending = Pending(nonce="sample", deed={"deed": "vote"}, expires_at=now + timedelta(minutes=15))
        return code_letter(pending, site, now)
    if kind == "notice":
        facts = {"what": notices.PASSWORD_CHANGED, "at": now.isoformat(), "browser": "Firefox on Linux"}
        return notice_letter(Delivery(facts=facts), person, site)
    return told_letter(kind, sample_news(kind, now), person, site, now)


def sample_news(kind: str, now: datetime) -> list[News]:
    """What the letter of a kind tells, oldest first ('code' and 'notice' tell no news)."""
    world = World(now)
    return _digest(world, kind) if kind in (How.DAILY, How.WEEKLY) else _NEWS[kind](world)


def told_letter(kind: str, stand: list[News], person: Person, site: Site, now: datetime) -> Letter:
    token = token_of(person.id, None, Topic.STATUS)
    if kind in (How.DAILY, How.WEEKLY):
        return digest_letter(stand, person, site, token, now, kind)
    return news_letter(stand, person, site, token, now)


def _oat(world: World):
    return world.idea(
        gettext("Oat milk without the extra charge"),
        gettext("Milk costs nothing more, oat does. Who drinks no milk pays for it every morning."),
    )


def _month(world: World, months: int) -> date:
    month = world.now.month - 1 + months
    return date(world.now.year + month // 12, month % 12 + 1, 1)


def _under_review(world: World) -> list[News]:
    text = gettext("Thank you, Vera. I am asking our suppliers what oat costs us, shop by shop, and write here then.")
    day = (world.now + timedelta(days=14)).date()
    return [world.change(_oat(world), Stage.UNDER_REVIEW, text, promised_on=day)]


def _reviewed(world: World, outcome: Outcome) -> list[News]:
    text = {
        Outcome.WANT: gettext("We want this. What is left is the price, and I write here when we know it."),
        Outcome.NOT_NOW: gettext("Not this year: our contract for milk runs until spring. Then we look again."),
        Outcome.WILL_NOT: gettext(
            "We will not do this. Oat costs us twice what milk does, and we do not hide a price."
        ),
        Outcome.EXISTS: gettext("It is there already: choose oat in the app, and the extra charge goes at the till."),
        Outcome.HANDED_OVER: gettext("This is about one shop alone, so its manager has it now and writes to you."),
    }[outcome]
    elsewhere = outcome in (Outcome.EXISTS, Outcome.HANDED_OVER)
    return [
        world.change(
            _oat(world),
            Stage.REVIEWED,
            text,
            outcome=outcome,
            promised_on=_month(world, 6) if outcome == Outcome.NOT_NOW else None,
            linked_url=links.public("site.home") if elsewhere else None,
        )
    ]


def _coming_soon(world: World) -> list[News]:
    return [world.change(_oat(world), Stage.COMING_SOON, _coming_words(), promised_on=_month(world, 2))]


def _coming_words() -> str:
    return gettext(
        "The contract is signed. The last shops get oat in the second week; until then it is free where it is."
    )


def _launched_words() -> str:
    return gettext(
        "From today oat costs what milk costs, in every shop and in the app.\n\nYou were 412 who asked, and your "
        "comments decided two things:\n\n- soy follows in autumn, when that contract ends\n- the **barista** kind it is\n\n"
        "Thank you for not letting go."
    )


def _launched(world: World) -> list[News]:
    return [world.change(_oat(world), Stage.LAUNCHED, _launched_words())]


def _cups(world: World):
    return world.idea(
        gettext("Bring your own cup, and pay less"), gettext("Thirty cents off would do it for me."), number=-1
    )


def _hooks(world: World):
    return world.idea(
        gettext("A hook for my bag under the counter"),
        gettext("In the morning I have two bags and a cup, and the floor is wet."),
        number=-2,
    )


def _cups_words() -> str:
    return gettext("We want this. A till that knows cups comes in spring; the price is what we still argue about.")


def _comment_words() -> str:
    return gettext(
        "Same here. My shop at the station says they would need a *second* jug, so it is not only the price."
    )


def _several(world: World) -> list[News]:
    return [
        world.change(_cups(world), Stage.REVIEWED, _cups_words(), outcome=Outcome.WANT, reason="commenter"),
        world.comment(_hooks(world), _comment_words(), "replied_to"),
        world.change(_oat(world), Stage.LAUNCHED, _launched_words()),
    ]


def _story(world: World) -> list[News]:
    return [world.story(_oat(world), *_story_words())]


def _story_words() -> tuple[str, str]:
    return (
        gettext("How oat milk got its price"),
        gettext(
            "It began with one line in March. By May it was the idea with the most votes, and a spreadsheet with forty "
            "columns. What we learned about jugs, suppliers and mornings, and what it costs us now."
        ),
    )


def _new_ideas(world: World) -> list[News]:
    return [world.new(_cups(world)), world.new(_hooks(world))]


def _digest(world: World, rhythm: str) -> list[News]:
    """A week's digest also brings what the ceiling held back."""
    held = ToldBy.INBOX if rhythm == How.WEEKLY else None
    lids = world.idea(gettext("Lids that do not leak"), number=-3)
    queue = world.idea(gettext("A second queue for those who ordered in the app"), number=-4)
    return [
        world.comment(_hooks(world), _comment_words(), "replied_to", told_by=held),
        world.change(
            lids,
            Stage.REVIEWED,
            gettext("Not this year: the mould alone costs what three shops earn. We look again."),
            outcome=Outcome.NOT_NOW,
            promised_on=_month(world, 6),
            told_by=held,
        ),
        world.change(queue, Stage.COMING_SOON, _coming_words(), promised_on=_month(world, 2)),
        world.change(_oat(world), Stage.LAUNCHED, _launched_words().partition("\n")[0]),
        world.story(_oat(world), *_story_words()),
        world.new(_cups(world)),
    ]


_NEWS: dict[str, Callable[[World], list[News]]] = {
    "under-review": _under_review,
    "want": lambda world: _reviewed(world, Outcome.WANT),
    "not-now": lambda world: _reviewed(world, Outcome.NOT_NOW),
    "will-not": lambda world: _reviewed(world, Outcome.WILL_NOT),
    "exists": lambda world: _reviewed(world, Outcome.EXISTS),
    "handed-over": lambda world: _reviewed(world, Outcome.HANDED_OVER),
    "coming-soon": _coming_soon,
    "launched": _launched,
    "several": _several,
    "comment": lambda world: [world.comment(_oat(world), _comment_words())],
    "mention": lambda world: [world.comment(_oat(world), _comment_words(), "mentioned")],
    "story": _story,
    "new-ideas": _new_ideas,
}
