from tests.conftest import NOW


def test_home_list_and_idea_are_there(guest, make_idea):
    idea = make_idea()
    for path in ("/", "/ideas", "/boards", "/boards/drinks", f"/ideas/{idea.id}-{idea.slug}"):
        answer = guest.get(path)
        assert answer.status_code == 200, path
        assert "Drinks" in answer.text
        if path != "/boards":
            assert idea.title in answer.text


def test_the_page_of_an_idea_is_made_of_all_its_parts(guest, make_idea):
    idea = make_idea()
    html = guest.get(f"/ideas/{idea.id}-{idea.slug}").text
    for part in (f'id="vote-{idea.id}"', "Received", 'class="tracker"', "The story so far", f'id="talk-{idea.id}"',
                 f'id="follow-{idea.id}"', f'id="ask-{idea.id}"', f'id="voters-{idea.id}"'):  # fmt: skip
        assert part in html, part


def test_any_slug_leads_to_the_idea(guest, make_idea):
    idea = make_idea()
    for path in (f"/ideas/{idea.id}", f"/ideas/{idea.id}-old-name", f"/ideas/{idea.id}-"):
        answer = guest.get(path)
        assert (answer.status_code, answer.location) == (308, f"/ideas/{idea.id}-{idea.slug}"), path


def test_a_merged_idea_leads_to_the_one_that_took_it_in(guest, make_idea, db):
    into = make_idea("Oat milk for all")
    gone = make_idea("Oat please", merged_at=NOW, merged_into_id=into.id)
    assert guest.get(f"/ideas/{gone.id}").location == f"/ideas/{into.id}-{into.slug}"


def test_what_is_not_seen_is_missing_before_any_redirect(guest, client_of, cast, make_idea):
    hidden = make_idea("Let us taste first", board=cast.panel, author=cast.lena)
    merged = make_idea("Seen by all", merged_at=NOW, merged_into_id=hidden.id)
    for client in (guest, client_of(cast.oskar)):
        for path in (f"/ideas/{hidden.id}", f"/ideas/{hidden.id}-other", f"/ideas/{hidden.id}-{hidden.slug}"):
            answer = client.get(path)
            assert answer.status_code == 404 and "taste" not in answer.text
        answer = client.get(f"/ideas/{merged.id}")
        assert answer.status_code == 404 and answer.location is None
    assert client_of(cast.lena).get(f"/ideas/{hidden.id}").status_code == 308
