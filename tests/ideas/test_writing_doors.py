import re

from ideaboard.models import Draft, Idea


def token_of(html):
    return re.search(r'name="form_token"[^>]*value="([^"]+)"', html)[1]


def test_sharing_from_the_form_ends_on_the_idea_with_a_word_of_thanks(db, cast, client_of):
    vera = client_of(cast.vera)
    form = vera.get("/ideas/new?board=drinks&title=Oat+milk").text
    assert 'value="Oat milk"' in form
    for words in ("What should we pour?", "Prices follow the contract.", "Ada, Store Design", "Within five days."):
        assert words in form
    sent = {"title": "Oat milk", "board": "drinks", "body": "Please", "form_token": token_of(form)}
    answer = vera.post("/ideas", data=sent)
    idea = db.session.execute(db.select(Idea)).scalar_one()
    assert (answer.status_code, answer.location) == (303, f"/ideas/{idea.id}-oat-milk")
    assert "You hear from Ada by" in vera.get(answer.location).text
    assert vera.post("/ideas", data=sent).location == answer.location


def test_what_cannot_be_shared_comes_back_with_everything_typed(cast, client_of, count_rows):
    vera = client_of(cast.vera)
    answer = vera.post("/ideas", data={"title": "ab", "board": "drinks", "body": "A <b>long</b> text"})
    assert answer.status_code == 422
    assert 'value="ab"' in answer.text and "A &lt;b&gt;long&lt;/b&gt; text" in answer.text
    assert 'aria-invalid="true"' in answer.text and "Say a little more" in answer.text
    assert vera.post("/ideas", data={"title": "A title", "board": ""}).status_code in (303, 422)


def test_a_preview_shows_the_text_and_makes_nothing(cast, client_of, guest, count_rows):
    data = {"title": "Oat milk", "board": "drinks", "body": "**so** <script>x</script>"}
    fragment = guest.post("/ideas/preview", data=data, headers={"HX-Request": "true"}).text
    assert "<strong>so</strong>" in fragment and "<script" not in fragment
    whole = client_of(cast.vera).post("/ideas", data=data | {"preview": "1"})
    assert whole.status_code == 200
    assert "<strong>so</strong>" in whole.text and 'value="Oat milk"' in whole.text
    assert count_rows("idea") == count_rows("draft") == 0


def test_a_board_that_is_not_seen_is_not_offered(cast, client_of, guest):
    for client in (guest, client_of(cast.oskar)):
        assert "Panel" not in client.get("/ideas/new?board=panel").text
        assert "Panel" not in client.post("/ideas/preview", data={"board": "panel"}).text
    assert "Panel" in client_of(cast.lena).get("/ideas/new?board=panel").text


def test_a_guests_form_has_no_random_word_and_sets_no_cookie(guest):
    first, second = guest.get("/ideas/new"), guest.get("/ideas/new")
    assert first.text == second.text and "form_token" not in first.text
    assert "Set-Cookie" not in first.headers
    assert guest.get("/ideas/new", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_draft_is_kept_read_edited_published_and_thrown_away(db, cast, client_of):
    vera = client_of(cast.vera)
    token = token_of(vera.get("/ideas/new").text)
    kept = vera.post("/ideas", data={"title": "Half", "board": "drinks", "save": "1", "form_token": token})
    draft = db.session.execute(db.select(Draft)).scalar_one()
    assert kept.location == f"/me/drafts/{draft.id}"
    assert "Half" in vera.get(kept.location).text
    assert client_of(cast.noor).get(kept.location).status_code == 404
    assert token in vera.get(f"{kept.location}/edit").text
    vera.post("/ideas", data={"title": "Whole", "board": "drinks", "save": "1", "form_token": token})
    shared = vera.post(f"{kept.location}/publish")
    assert shared.location.endswith("-whole")
    assert vera.post(f"{kept.location}/publish").location == shared.location
    assert vera.get(kept.location).status_code == 303
    other = vera.post("/ideas", data={"title": "Other", "board": "drinks", "save": "1"}).location
    assert vera.post(f"{other}/discard").status_code == 303
    assert vera.get(other).status_code == 404


def test_over_the_budget_nothing_typed_is_lost(cast, client_of):
    vera = client_of(cast.vera)
    for n in range(20):
        assert vera.post("/ideas", data={"title": f"Idea {n}", "board": "drinks"}).status_code == 303
    answer = vera.post("/ideas", data={"title": "One too many", "board": "drinks"})
    assert answer.status_code == 429 and 'value="One too many"' in answer.text and answer.headers["Retry-After"]


def test_all_that_lacks_is_said_at_once(db, cast, guest, count_rows):
    cast.panel.who_may_see, cast.panel.who_may_submit = "everyone", "members"  # two boards: one is to be chosen
    db.session.commit()
    page = guest.post("/ideas", data={"title": "", "board": "nowhere", "email": "no address"})
    assert page.status_code == 422
    for said in ("It has no title yet", "Choose the board it belongs to", "no e-mail address that mail could reach"):
        assert said in page.text
    assert count_rows("draft") == 0
