"""Ideas, answers and comments as their verbs make them, so that the index knows them."""

import pytest

from ideaboard.discussion.comments import post_comment
from ideaboard.ideas.submission import submit_idea
from tests.conftest import NOW


@pytest.fixture
def shared(app, cast):
    """shared(title, body, by=…, board=…) -> an idea that was submitted."""
    made = []

    def share(title, body="", *, by=None, board=None):
        made.append(title)
        return submit_idea(
            by or cast.vera, NOW, board_id=(board or cast.drinks).id, title=title, body=body, form_token=f"t{len(made)}"
        )

    return share


@pytest.fixture
def said(app, cast):
    """said(idea, words, by=…) -> a comment that was posted."""
    return lambda idea, words, by=None: post_comment(idea.id, by or cast.noor, NOW, body=words)


@pytest.fixture
def titles(app):
    """titles(client, words, **filters) -> the titles that the page of search shows, in order."""
    from lxml import html

    def ask(client, words, **filters):
        page = client.get("/search", query_string={"q": words, **filters})
        assert page.status_code == 200
        return [a.text_content() for a in html.fromstring(page.text).xpath("//li[contains(@class, 'hit')]//h3/a")]

    return ask
