"""What everybody reads: the stories, one of them, and its pictures."""

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation.paging import Page
from ideaboard.foundation.refusals import Missing
from ideaboard.ideas.own import follows_on
from ideaboard.models import Story
from ideaboard.permissions import allows
from ideaboard.site.rows import rows_of
from ideaboard.stories.linking import linked_ideas
from ideaboard.stories.pictures import EXTENSIONS, picture_called
from ideaboard.stories.reading import body_of, page_of_stories, told_count
from ideaboard.web.gate import gate, load_draft, viewer
from ideaboard.web.swap import page, redirect_for_good

stories = Blueprint("stories", __name__)


@stories.get("/stories")
@gate("story.read")
def index():
    found = page_of_stories(viewer(), after=request.args.get("after"), before=request.args.get("before"))
    return page("stories/index.html", stories=found)


@stories.get("/stories/<int:story_id>")
@stories.get("/stories/<int:story_id>-")
@stories.get("/stories/<int:story_id>-<slug>")
@gate("story.read")
def show(story_id: int, slug: str = ""):
    story = load_story(story_id)
    if slug != story.slug:
        return redirect_for_good(url_for("stories.show", story_id=story.id, slug=story.slug))
    return page("stories/show.html", **parts_of(story), told=told_count(story))


def load_story(story_id: int) -> Story:
    """The published story as the viewer may read it, with author and board. Raises Missing."""
    story = None
    if 0 < story_id < 2**53:
        story = db.session.execute(
            select(Story)
            .where(Story.id == story_id, Story.visible_to(viewer()))
            .options(joinedload(Story.author), joinedload(Story.board))
        ).scalar_one_or_none()
    if story is None:
        raise Missing(gettext("This story is not here."))
    return story


def parts_of(story: Story) -> dict:
    """{story, html, rows, follows}: what a story's page shows, also on staff's desk."""
    ideas = linked_ideas(story, viewer())
    return {
        "story": story,
        "html": body_of(story),
        "rows": rows_of(Page(ideas, None, None), viewer()),
        "follows": follows_on(ideas, viewer()) if viewer() else {},
    }


@stories.get("/pictures/<digest>.<any(jpg, webp):ext>")
@gate("story.read")
def picture(digest: str, ext: str):
    """A picture for whoever may read its story, and while it is a draft for whom it is shown on the desk."""
    found = picture_called(digest) if len(digest) == 64 else None
    if found is None or EXTENSIONS[found[0].content_type] != ext:
        raise _no_picture()
    shown, story = found
    open_to_all = _may_read(story, None)
    if not open_to_all and not _may_read(story, viewer()) and not _on_the_desk(story):
        raise _no_picture()
    answer = Response(shown.data, content_type=shown.content_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{digest[:10]}.{ext}"'
    # Opened by itself it is a picture and nothing else, whatever a browser takes its bytes for.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if open_to_all else "private, no-store"
    return answer


def _no_picture() -> Missing:
    """One sentence for what is not there and for what is not shown."""
    return Missing(gettext("This picture is not here."))


def _on_the_desk(story: Story) -> bool:
    try:
        return load_draft(story.id) is not None
    except Missing:
        return False


def _may_read(story: Story, reader) -> bool:
    if not allows(reader, "story.read", story):
        return False
    return db.session.scalar(select(Story.id).where(Story.id == story.id, Story.visible_to(reader))) is not None
