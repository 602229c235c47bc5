"""Staff's desk: have a story read over, schedule, publish, take off. Plain forms; nothing here needs a script."""

from zoneinfo import ZoneInfo

from flask import flash, request, url_for

from ideaboard.extensions import gettext
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Story
from ideaboard.models.vocabulary import StoryState
from ideaboard.permissions import allows
from ideaboard.stories import publishing
from ideaboard.stories.forms import ScheduleForm
from ideaboard.stories.publishing import NotATime, obstacles, somebody_else_reads
from ideaboard.stories.reading import desk_of, page_of_stories
from ideaboard.stories.views import parts_of, stories
from ideaboard.stories.writing import discard_story
from ideaboard.web.errors import STATUS
from ideaboard.web.gate import gate, load_draft, viewer
from ideaboard.web.globals import reader_zone, request_now
from ideaboard.web.swap import go, page


@stories.get("/staff/stories")
@gate("story.see_drafts")
def desk():
    found = page_of_stories(viewer(), after=request.args.get("after"), before=request.args.get("before"))
    return page("stories/desk.html", desk=desk_of(viewer()), stories=found)


@stories.get("/staff/stories/<int:story_id>")
@gate("story.see_drafts", "story")
def draft(story: Story):
    return _draft_page(story, _schedule_form(story))


@stories.post("/staff/stories/<int:story_id>/ask")
@gate("story.edit", "story")
def ask(story: Story):
    return _deed(story, lambda: publishing.ask_for_reading(story.id, viewer(), request_now()), _words_asked)


@stories.post("/staff/stories/<int:story_id>/read")
@gate("story.read_over", "story")
def read(story: Story):
    version = request.form.get("version", "")
    version = int(version) if version.isdecimal() and len(version) < 9 else 0
    return _deed(
        story,
        lambda: publishing.read_over(story.id, viewer(), request_now(), version=version),
        lambda _: gettext("Thank you. It can go now: staff of its board publish or schedule it."),
    )


@stories.post("/staff/stories/<int:story_id>/schedule")
@gate("story.publish", "story")
def schedule(story: Story):
    form = ScheduleForm(request.form)
    try:
        moment = form.moment(reader_zone())
        publishing.schedule(story.id, viewer(), request_now(), at=moment)
    except NotATime as refusal:
        form.day.errors = [str(refusal)]
        return _draft_page(load_draft(story.id), form, status=422)
    except Refusal as refusal:
        return _stopped(story, refusal)
    flash(gettext("It is scheduled. Until then you can still change or stop it."))
    return go(url_for("stories.draft", story_id=story.id))


@stories.post("/staff/stories/<int:story_id>/unschedule")
@gate("story.publish", "story")
def unschedule(story: Story):
    return _deed(
        story, lambda: publishing.unschedule(story.id, viewer()), lambda _: gettext("It waits; nothing is scheduled.")
    )


@stories.post("/staff/stories/<int:story_id>/publish")
@gate("story.publish", "story")
def publish(story: Story):
    return _deed(
        story,
        lambda: publishing.publish(story.id, viewer(), request_now()),
        lambda _: gettext("It is published. Who follows its ideas hears of it, once."),
    )


@stories.post("/staff/stories/<int:story_id>/take-off")
@gate("story.publish", "story")
def take_off(story: Story):
    return _deed(
        story,
        lambda: publishing.take_off(story.id, viewer(), request_now()),
        lambda _: gettext("It is off its page. Staff still see it here and can put it back."),
    )


@stories.post("/staff/stories/<int:story_id>/put-back")
@gate("story.publish", "story")
def put_back(story: Story):
    return _deed(
        story,
        lambda: publishing.put_back(story.id, viewer()),
        lambda _: gettext("It is on its page again. Nobody was told a second time."),
    )


@stories.post("/staff/stories/<int:story_id>/discard")
@gate("story.edit", "story")
def discard(story: Story):
    try:
        discard_story(story.id, viewer())
    except Refusal as refusal:
        return _stopped(story, refusal)
    flash(gettext("The draft is gone."))
    return go(url_for("stories.desk"))


def _deed(story: Story, do, words):
    """Do it and go back to the story, with a word of what happened; or say on its page why not."""
    try:
        done = do()
    except Refusal as refusal:
        return _stopped(story, refusal)
    flash(words(done))
    return go(url_for("stories.draft", story_id=story.id))


def _stopped(story: Story, refusal: Refusal):
    if refusal.kind in ("missing", "forbidden", "busy"):
        raise refusal
    story = load_draft(story.id)
    return _draft_page(story, _schedule_form(story), refusal=str(refusal), status=STATUS[refusal.kind])


def _words_asked(_) -> str:
    return gettext("Your colleagues find it on their desk now. Send this page's address to whom you want to read it.")


def _schedule_form(story: Story) -> ScheduleForm:
    """With the moment for which the story is scheduled, to be moved from there."""
    if story.state != StoryState.SCHEDULED:
        return ScheduleForm()
    there = story.publish_at.astimezone(ZoneInfo(reader_zone()))
    return ScheduleForm(data={"day": there.date(), "time": there.time()})


def _draft_page(story: Story, form: ScheduleForm, *, refusal: str = "", status: int = 200):
    zone = reader_zone()
    writes = allows(viewer(), "story.edit", story)
    unpublished = story.state != StoryState.PUBLISHED
    return page(
        "stories/draft.html",
        status,
        **parts_of(story),
        form=form,
        zone=zone,
        refusal=refusal,
        writes=writes,
        wrong=obstacles(story, viewer()) if unpublished else [],
        needs_reading=unpublished and story.state == StoryState.DRAFT and somebody_else_reads(story, request_now()),
        is_due=story.state == StoryState.SCHEDULED and story.publish_at <= request_now(),
    )
