"""Staff write a story: the form with its pictures, its preview, and what it says when something is in the way."""

from flask import flash, request, url_for

from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.markdown import PICTURE, clean_text, pictures_in, render_with_pictures
from ideaboard.foundation.refusals import Busy, Refusal
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Picture, Story
from ideaboard.models.vocabulary import StoryState
from ideaboard.stories.forms import StoryForm, filled, ideas_typed
from ideaboard.stories.linking import linked_ideas
from ideaboard.stories.pictures import (
    Encoded,
    line_of,
    name_of_digest,
    path_of,
    pictures_of,
    salt_of,
    shown,
    shown_anew,
)
from ideaboard.stories.reading import with_root
from ideaboard.stories.views import stories
from ideaboard.stories.wording import BODY_MAX, words_of
from ideaboard.stories.writing import WrittenMeanwhile, edit_story, write_story
from ideaboard.web.errors import STATUS
from ideaboard.web.gate import gate, load_draft, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page
from ideaboard.web.throttle import spend

# A form with pictures; the gateway lets as much through on these addresses alone (serving/gateway.py).
FORM_BYTES = 9 * 1024 * 1024


@stories.get("/staff/stories/new")
@gate("story.write")
def new():
    form = StoryForm(form_token=new_token(), link=request.args.get("idea", "")[:300])
    return _form_page(form)


@stories.post("/staff/stories")
@gate("story.write")
def create():
    request.max_content_length = FORM_BYTES
    form = StoryForm(request.form)
    if form.token() is None:
        form.form_token.data = new_token()
    if "preview" in request.form:
        return _form_page(form, html=_previewed(form.body.data or "", []))
    try:
        pictures = _pictures(form, form.token())
        story = write_story(
            viewer(), request_now(), board_id=form.board_id(), idea_ids=form.idea_ids(), pictures=pictures,
            words=words_of(form.title.data or "", form.body.data or "", shown_anew(pictures, form.token())),
            form_token=form.token(),
        )  # fmt: skip
    except Refusal as refusal:
        return _refused(form, refusal)
    return _saved(story, False)


@stories.get("/staff/stories/<int:story_id>/edit")
@gate("story.edit", "story")
def edit_form(story: Story):
    return _form_page(filled(story, linked_ideas(story, viewer())), story)


@stories.post("/staff/stories/<int:story_id>/edit")
@gate("story.edit", "story")
def edit(story: Story):
    request.max_content_length = FORM_BYTES
    form = StoryForm(request.form)
    if "preview" in request.form:
        return _form_page(form, story, html=_previewed(form.body.data or "", pictures_of(story.id)))
    there = shown(pictures_of(story.id))
    end_reading()
    try:
        pictures = _pictures(form, salt_of(story))
        edited = edit_story(
            story.id, viewer(), request_now(),
            version=int(form.version.data) if (form.version.data or "").isdecimal() and len(form.version.data) < 9 else 0,
            board_id=form.board_id(), idea_ids=form.idea_ids(), pictures=pictures,
            words=words_of(
                form.title.data or "", form.body.data or "", there | shown_anew(pictures, salt_of(story))
            ),
        )  # fmt: skip
    except WrittenMeanwhile as refusal:
        return _written_meanwhile(story.id, form, refusal)
    except Refusal as refusal:
        return _refused(form, refusal, story)
    return _saved(edited.story, edited.draft_again)


@stories.post("/staff/stories/preview")
@gate("story.write")
def preview():
    """The text as others will read it; `story` names the one whose pictures it shows."""
    spend("preview", viewer().id, request_now())
    there: list[Picture] = []
    if request.form.get("story", "").isdecimal():
        there = pictures_of(load_draft(int(request.form["story"][:15])).id)
    return page("ideas/_preview.html", html=_previewed(request.form.get("body", ""), there))


def _form_page(form: StoryForm, story: Story | None = None, *, html=None, notice=None, current=None, status: int = 200):
    linked = ideas_typed(form, viewer())
    form.offer(viewer(), linked)
    said = {address.removeprefix(PICTURE): words for address, words in pictures_in(form.body.data or "")}
    uploaded = [
        {
            "src": settings.sub_path + path_of(p.digest, p.content_type),
            "line": line_of(p.digest, said.get(name_of_digest(p.digest), "")),
            "name": name_of_digest(p.digest), "width": p.width, "height": p.height, "id": p.id,
        }
        for p in (pictures_of(story.id) if story else [])
    ]  # fmt: skip
    return page(
        "stories/form.html",
        status,
        form=form,
        story=story,
        linked=linked,
        uploaded=uploaded,
        html=html,
        notice=notice,
        current=current,
    )


def _pictures(form: StoryForm, salt: str) -> list[Encoded]:
    """What was chosen, made anew, each with its line in the text."""
    pictures = form.encoded(request.files.getlist("pictures"))
    form.place([picture.of(salt) for picture in pictures])
    return pictures


def _saved(story: Story, draft_again: bool):
    if draft_again:
        flash(gettext("Saved. A colleague had read it; as it says something else now, it is a draft again."))
    elif story.state == StoryState.PUBLISHED:
        flash(gettext("Corrected. Its page says so, with today's date; nobody is told again."))
    else:
        flash(gettext("Saved as a draft."))
    if "stay" in request.form:
        return go(url_for("stories.edit_form", story_id=story.id))
    return go(url_for("stories.draft", story_id=story.id))


def _refused(form: StoryForm, refusal: Refusal, story: Story | None = None):
    """The form again with everything typed; a file has to be chosen again, no page may do that for a person."""
    notice = None if form.refuse(refusal) else str(refusal)
    if story is not None:
        story = load_draft(story.id)
    answer = _form_page(form, story, notice=notice, status=STATUS[refusal.kind])
    if isinstance(refusal, Busy):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _written_meanwhile(story_id: int, form: StoryForm, refusal: Refusal):
    """What was typed, and beside it how the story stands; sending it once more is then on purpose."""
    story = load_draft(story_id)
    form.version.data = str(story.version)
    words = gettext(
        "Your text is still in the form; below it stands what was saved. Save again to put yours in its place."
    )
    return _form_page(form, story, notice=f"{refusal} {words}", current=story, status=409)


def _previewed(text: str, pictures: list[Picture]) -> str:
    return with_root(render_with_pictures(clean_text(text)[:BODY_MAX], shown(pictures)), settings.sub_path)
