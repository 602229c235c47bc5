from tests.conftest import NOW


def test_home_list_and_idea_are_there(guest, make_idea):
    idea = make_idea()
    for path in ("/", "/ideas", "/boards", "/boards/drinks", f"/ideas/{idea.id}-{idea.slug}"):
        answer = guest.get(path)
        assert answer.status_code == 200, path
        assert "Drinks" in answer.text
        if path != "/boards":
            assert idea.title in answer.text


def test_any_slug_leads_to_the_idea(guest, make_idea):
    idea = make_idea()
    for path in (f"/ideas/{idea.id}", f"/ideas/{idea.id}-old-name", f"/ideas/{idea.id}-"):
        answer = guest.get(path)
        assert (answer.status_code, answer.location) == (308, f"/ideas/{idea.id}-{idea.slug}"), path


def test_a_merged_idea_leads_to_the_one_that_took_it_in(guest, make_idea, db):
    into = make_idea("Oat milk for all")
    gone = make_idea("Oat please", merged_at=NOW, merged_into_id=into.id)
    assert guest.get(f"/ideas/{gone.id}").location == f"/ideas/{into.id}-{into.slug}"
