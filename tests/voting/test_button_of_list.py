"""The button that a vote in a list answers with is kept by its count: it says what the template says of the idea itself."""

from itertools import product

import pytest
from flask import current_app
from flask_babel import force_locale

from ideaboard.models import Board
from ideaboard.models.idea_glance import glance_at
from ideaboard.voting.views import count_hidden
from ideaboard.web.fragments import BUTTON, vote_button
from tests.conftest import NOW

TITLES = ("Oat milk", 'A "cup" & <b>more</b>', "100 % %(num)s {0}", "1 2 3", "Käse 😀")
COUNTS = (0, 1, 2, 999, 13_204)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("hides, stands, somebody", list(product((False, True), repeat=3)))
def test_it_is_the_template(app, db, cast, make_idea, language, hides, stands, somebody):
    db.session.execute(db.update(Board).values(hides_counts=hides))
    db.session.commit()
    ideas = [make_idea(title, votes_count=count) for title, count in product(TITLES, COUNTS)]
    ideas.append(make_idea(standing="launched", votes_count=3))
    with app.test_request_context("/"), force_locale(language):
        for idea in ideas:
            glance = glance_at(idea.id, cast.noor)
            facts = {"idea": glance, "size": "list", "my_vote": stands, "viewer": somebody}
            count = None if count_hidden(glance, stands) else glance.votes_count
            made = current_app.jinja_env.get_template(BUTTON).render(facts)
            assert vote_button(glance, stands, count, somebody) == made


def test_a_site_below_a_path_has_buttons_of_its_own(app, cast, make_idea):
    glance = glance_at(make_idea(visible_at=NOW).id, cast.noor)
    for root in ("", "/ideas-of-ours"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert f'action="{root}/ideas/{glance.id}/vote"' in vote_button(glance, False, 0, True)
