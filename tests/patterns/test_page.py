"""The page of components stands in development, shows both themes, and is not there in production."""

from ideaboard.registry import blueprints_of


def test_every_component_renders_with_its_own_ids(guest):
    page = guest.get("/patterns")
    assert page.status_code == 200
    ids = [part.split('"')[0] for part in page.text.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    assert "style=" not in page.text


def test_production_has_no_patterns():
    assert "patterns" in [blueprint.name for blueprint in blueprints_of("development")]
    assert "patterns" not in [blueprint.name for blueprint in blueprints_of("production")]
