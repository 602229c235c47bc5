"""The doors of talk: htmx, plain form, a page of its own, and what is refused."""

from ideaboard.discussion.comments import post_comment
from tests.conftest import NOW

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


def test_htmx_adds_the_comment_counts_it_and_says_that_one_hears_now(cast, client_of, make_idea):
    idea = make_idea()
    answer = client_of(cast.noor).post(f"/ideas/{idea.id}/comments", data={"body": "Same."}, headers=HTMX)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "1 comment" in answer.text and "because you commented" in answer.text


def test_a_plain_form_goes_to_the_comment(cast, client_of, make_idea):
    idea = make_idea()
    noor = client_of(cast.noor)
    answer = noor.post(f"/ideas/{idea.id}/comments", data={"body": "Same."})
    assert answer.status_code == 303
    assert noor.get(answer.location).location.startswith(f"/ideas/{idea.id}-{idea.slug}#comment-")


def test_what_is_refused_comes_back_with_every_word(cast, client_of, make_idea):
    idea = make_idea()
    long = "kept words " + "x" * 5_000
    for headers in (HTMX, {"Sec-Fetch-Site": "same-origin"}):
        answer = client_of(cast.noor).post(f"/ideas/{idea.id}/comments", data={"body": long}, headers=headers)
        assert answer.status_code == 422
        assert long in answer.text and "Shorten it by" in answer.text and 'aria-invalid="true"' in answer.text


def test_a_form_on_a_page_of_its_own_is_a_plain_one(cast, client_of, make_idea):
    idea = make_idea()
    comment = post_comment(idea.id, cast.noor, NOW, body="Mine")
    place, noor = f"/comments/{comment.id}", client_of(cast.noor)
    for page in (noor.get(f"{place}/edit").text, noor.get(f"/ideas/{idea.id}/comments/new?parent={comment.id}").text):
        assert "hx-post" not in page.split("<main")[1].split("</main>")[0]


def test_an_answer_to_a_comment_that_went_meanwhile_keeps_its_words(cast, client_of, make_idea):
    idea = make_idea()
    comment = post_comment(idea.id, cast.noor, NOW, body="Mine")
    client_of(cast.noor).post(f"/comments/{comment.id}/delete")
    typed = {"body": "To whom?", "parent_id": str(comment.id)}
    answer = client_of(cast.oskar).post(f"/ideas/{idea.id}/comments", data=typed)
    assert answer.status_code == 422 and "To whom?" in answer.text and "is gone" in answer.text


def test_people_who_took_part_are_offered_to_members_only(cast, client_of, guest, make_idea):
    idea = make_idea()
    post_comment(idea.id, cast.noor, NOW, body="Hello")
    assert "Noor" in client_of(cast.oskar).get(f"/ideas/{idea.id}/people?q=no", headers=HTMX).text
    assert guest.get(f"/ideas/{idea.id}/people?q=no").status_code == 303
