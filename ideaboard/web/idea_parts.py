"""The parts of an idea's page that most of its readers share, kept by all that they are given (web/fragments.py).

A fragment takes plain values; these templates take rows. So the key of a part is the rows themselves, turned by `known`
into the values of their columns: all that the templates can read of them is in it. Of the reader they see whether there is
one, and which of the rights that they may ask about are theirs (`Rights`): two readers who see the same share what was made.
"""

from dataclasses import is_dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy.orm.attributes import instance_dict

from ideaboard.extensions import Model
from ideaboard.models import Idea, Person
from ideaboard.permissions import allows
from ideaboard.voting.counts import hides_count
from ideaboard.web.fragments import SiteFace, kept_fragments, reader_key
from ideaboard.web.gate import viewer
from ideaboard.web.globals import current_site
from ideaboard.workflow.linked import link_of

ARTICLE, STORY = "ideas/_article.html", "workflow/_story.html"
ASKED = ("idea.edit", "idea.retitle", "idea.merge", "idea.see_voters", "idea.vote")
SHOWN = ("my_vote", "my_solved", "ending", "additions", "versions", "steps", "timeline", "change", "clear", "behind")
# Of a person no page shows more; of an idea no page shows these, and every look or vote moves them.
OF_A_PERSON = ("id", "display_name", "erased_at", "department", "avatar_seed")
PLAIN = {str, int, bool, datetime, date, type(None)}
UNSHOWN = {"_sa_instance_state", "views_count", "showing_due", "trending"}


class Rights(frozenset):
    """What the reader may do with the idea, as `may` of a template. Raises KeyError for what is not of ASKED."""

    def __call__(self, permission: str, _thing: object = None) -> bool:
        if permission not in ASKED:
            raise KeyError(permission)
        return permission in self


def article_and_story(
    idea: Idea, parts: dict, *, made_anew: bool, status_form: Any, takes_back: bool
) -> tuple[Markup, Markup]:
    """(the page down to its talk, the card of its story). `parts`: of site/parts.py.

    made_anew: with what is not for everybody: forms of staff, the stories of merges.
    """
    facts = {name: parts[name] for name in SHOWN} | {"idea": idea, "takes_back": takes_back, "status_form": status_form}
    if made_anew:
        article, story = (Markup(render_template(name, **facts)) for name in (ARTICLE, STORY))  # noqa: S704 - of templates
        return article, story
    person, change = viewer(), parts["change"]
    site = SiteFace(current_site().received_reads_under_review)
    facts |= {"viewer": person is not None, "site": site, "oob": None, "reach": None}
    facts["may"] = Rights(permission for permission in ASKED if allows(person, permission, idea))
    beside = (  # what templates look up themselves
        reader_key(),
        link_of(change, idea) if change is not None else None,
        hides_count(idea, person, has_voted=parts["my_vote"] is not None),
        current_app.jinja_env.globals["under_review_label"]() if site.received_reads_under_review else None,
    )
    key, keep = (beside, known(tuple(facts.values()), set())), kept_fragments()
    return keep.of_rows(ARTICLE, key, facts), keep.of_rows(STORY, key, facts)


def known(value: Any, met: set[int]) -> Any:
    """Rows, and what is made of them, as plain values that can be a key. A row met before is named."""
    if isinstance(value, Model):
        if id(value) in met:
            return type(value).__name__, value.id
        met.add(id(value))
        held = instance_dict(value)
        names = OF_A_PERSON if isinstance(value, Person) else sorted(held.keys() - UNSHOWN)
        values = [held[name] for name in names]
        return type(value).__name__, *names, *[v if type(v) in PLAIN else known(v, met) for v in values]
    if isinstance(value, tuple | list):
        return tuple([v if type(v) in PLAIN else known(v, met) for v in value])
    if is_dataclass(value):
        return type(value).__name__, *(known(one, met) for one in vars(value).values())
    return value
