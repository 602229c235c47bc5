"""The loop, whole, in a browser, with script and without: an idea from a stranger's first line to the mail that tells."""

import re

import pytest

from tests.journeys.conftest import text_of, until

pytestmark = pytest.mark.journey


def type_code(page, site, address, sent_before):
    """Wait for the code field, take the digits from the mail, and type them."""
    page.locator("input[name=code]").first.wait_for()
    page.locator("input[name=code]").first.fill(site.code_for(address, sent_before))
    page.locator("form:has(input[name=code]) .button--primary").click()


def share_as_guest(page, site, address, title) -> str:
    """A guest writes an idea, confirms by code, publishes; returns the idea's path."""
    page.goto("/ideas/new")
    page.fill("[name=title]", title)
    page.fill("[name=body]", "I pay for it **as if** it were a luxury.")
    page.fill("[name=email]", address)
    page.locator("#idea-form .button--primary").click()
    type_code(page, site, address, 0)
    page.get_by_role("button", name="Publish it").click()
    page.get_by_role("heading", level=1, name=title).wait_for()
    return re.sub(r"[?#].*", "", page.url.removeprefix(site.url))


def vote_as_guest(page, site, address, path):
    """A guest presses Vote, gives an address in place, types the code, and is where they were."""
    page.goto(path)
    page.locator("[id^=vote-button-]").click()
    page.fill("[name=email]", address)
    page.locator("#asking-send").click()
    type_code(page, site, address, 0)
    page.locator("[id^=vote-button-][aria-pressed=true]").wait_for()
    assert page.url.removeprefix(site.url).startswith(path)


def answer(page, path, stage, words=None, *, outcome=None, month=None):
    """Staff choose a status, say it in their own words, and publish."""
    page.goto(path)
    page.locator(f"label:has(input[data-stage={stage}])").click()
    if outcome:
        page.locator(f"label:has(input[name=outcome][value={outcome}])").click()
    if words is not None:
        page.fill("textarea[name=text]", words)
    if month:
        page.select_option("[name=month]", index=month)
    page.get_by_role("button", name="Publish answer").click()
    page.locator("#status-form .notice, main > .notices .notice").first.wait_for()


def votes(page) -> str:
    return page.locator("[id^=vote-button-] .tally__count").first.inner_text()


def test_the_loop_closes(site, visitor):
    # A guest writes an idea, confirms by code, publishes: it is there with one vote.
    alma = visitor(site)
    path = share_as_guest(alma, site, "alma@example.net", "Oat milk without the extra charge")
    assert votes(alma) == "1"
    other = share_as_guest(visitor(site), site, "otto@example.net", "Open at half past five")

    # A second person presses Vote as a guest.
    ben = visitor(site)
    vote_as_guest(ben, site, "ben@example.net", path)
    assert votes(ben) == "2"

    # Staff answer and move it, stage by stage, to Launched; and say "not now" to another.
    ada = visitor(site)
    ada.context.add_cookies([site.cookie_of("ada@example.org")])
    ada.goto("/staff")
    ada.get_by_role("link", name="Oat milk without the extra charge").first.wait_for()
    answer(ada, path, "under_review")
    answer(ada, path, "reviewed", "We tasted four, and we want this.", outcome="want")
    answer(ada, path, "coming_soon", "From June, in the shops and in the app.")
    answer(ada, path, "launched", "Oat costs what milk costs, from today.")
    answer(ada, other, "reviewed", "Two stations tried it and stood empty.", outcome="not_now", month=4)
    ada.goto(path)
    assert "Oat costs what milk costs" in ada.locator("#answer").inner_text()

    # Both hear: one mail for the whole window, with the latest words first; and an entry in the inbox.
    for page, address in ((alma, "alma@example.net"), (ben, "ben@example.net")):
        mail = until(lambda a=address: site.news_for(a), what=f"news for {address}")[0]
        text = text_of(mail)
        assert "Oat costs what milk costs, from today." in text
        assert "From June, in the shops and in the app." in text
        assert text.index("from today") < text.index("From June")
        page.goto("/me/inbox")
        assert page.get_by_text("Oat milk without the extra charge").count() >= 1
    until(lambda: site.news_for("otto@example.net"), what="news of the other idea")
    assert "Two stations tried it" in text_of(site.news_for("otto@example.net")[0])
    assert [len(site.news_for(a)) for a in ("alma@example.net", "ben@example.net", "otto@example.net")] == [1, 1, 1]
    ada.goto(path)
    until(lambda: ada.reload() and "Told 2 of 2" in ada.locator("main").inner_text(), what="the count of who was told")

    # The mail's link stops them.
    link = re.search(r"http://\S+/unsubscribe/\S+", text_of(site.news_for("ben@example.net")[0])).group()
    stopper = visitor(site)
    stopper.goto(link.removeprefix(site.url))
    stopper.locator("main form button").first.click()
    stopper.locator("main [role=status], main .notice").first.wait_for()
    answer(ada, path, "launched", "A further word: soy as well.")
    until(lambda: len(site.news_for("alma@example.net")) == 2, what="the further word for Alma")
    assert len(site.news_for("ben@example.net")) == 1


def test_after_signing_out_back_shows_nothing_personal(site, visitor):
    page = visitor(site)
    page.context.add_cookies([site.cookie_of("vera@example.org")])
    page.goto("/me")
    assert page.locator("input[name=display_name], input[name=name]").first.input_value() == "Vera"
    page.goto("/ideas")
    page.locator("header details summary").last.click()
    page.locator("form[action$='/sign-out'] button").first.click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    page.go_back()
    page.go_back()
    page.wait_for_load_state()
    assert "Vera" not in page.content()


def test_a_guest_comments_and_follows(site, visitor):
    author = visitor(site)
    path = share_as_guest(author, site, "alma@example.net", "Let me leave my cup at any shop")
    guest = visitor(site)
    guest.goto(path)
    guest.fill("textarea[name=body]", "The deposit cup is lovely; I have nine.")
    guest.get_by_role("button", name="Comment").click()
    guest.fill("[name=email]", "cleo@example.net")
    guest.locator("#asking-send").click()
    type_code(guest, site, "cleo@example.net", 0)
    guest.get_by_text("I have nine.").first.wait_for()
    assert guest.get_by_role("heading", name="1 comment").count() == 1
    until(lambda: site.news_for("alma@example.net"), what="news of the comment")
    assert "I have nine." in text_of(site.news_for("alma@example.net")[0])

    follower = visitor(site)
    follower.goto(path)
    follower.get_by_role("button", name="Follow").click()
    follower.fill("[name=email]", "dora@example.net")
    follower.locator("#asking-send").click()
    type_code(follower, site, "dora@example.net", 0)
    follower.get_by_role("button", name="Unfollow").wait_for()
