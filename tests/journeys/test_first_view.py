"""A guest's first view of the demo, with a cold cache: how much comes over the wire, from where, and does it jump."""

import pytest

pytestmark = pytest.mark.journey
MOST_REQUESTS, MOST_BYTES = 5, 40_000
LEAST_SHIFT = 0.01
# Kept from before the first byte of the page on; read when the page is at rest.
WATCH_SHIFTS = """
window.shifts = 0; window.shifted = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => {
    window.shifts += entry.value;
    window.shifted.push(...entry.sources.map(one => one.node ? (one.node.outerHTML || one.node.data).slice(0, 90) : ''));
}))
    .observe({type: 'layout-shift', buffered: true});
"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/", "/ideas", "/boards", "{idea}"])
def test_a_first_view_is_small_and_stands_still(demo, browser, path, width):
    context = browser.new_context(base_url=demo.url, viewport={"width": width, "height": 900}, locale="en-GB")
    page = context.new_page()
    if path == "{idea}":
        page.goto("/ideas")
        path = page.locator("h2 a[href*='/ideas/'], h3 a[href*='/ideas/']").first.get_attribute("href")
        context.close()
        context = browser.new_context(base_url=demo.url, viewport={"width": width, "height": 900}, locale="en-GB")
        page = context.new_page()
    context.add_init_script(WATCH_SHIFTS)
    wire = context.new_cdp_session(page)
    asked, received = [], []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(path, wait_until="networkidle")
    fetched = [url for url in asked if not url.startswith("data:")]
    assert len(fetched) <= MOST_REQUESTS, fetched
    assert not [url for url in fetched if not url.startswith(demo.url)], fetched
    assert sum(received) <= MOST_BYTES, (sum(received), fetched)
    assert page.evaluate("window.shifts") < LEAST_SHIFT, page.evaluate("window.shifted")
    assert context.cookies() == []
    context.close()
