import re

from tests.conftest import copy_of, make_app


def test_every_link_stays_below_the_path(template, tmp_path, request):
    app = make_app(copy_of(template, "below", tmp_path), tmp_path, public_url="http://localhost/sub")
    client = app.test_client()
    for path in ("/sub/", "/sub/ideas", "/sub/boards", "/sub/boards/drinks", "/sub/ideas/new"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        links = re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"#][^"]*)"', answer.text)
        assert links and all(link.startswith("/sub/") for link in links), (path, links)
    assert client.get("/sub/favicon.ico").location.startswith("/sub/")
    with app.app_context():
        from ideaboard.extensions import db

        db.engine.dispose()
