"""The one list: blueprints, command groups, event subscribers, and what the foundation is filled with."""

from flask import Flask

from ideaboard.accounts import erasing, erasing_views, first_admin_views, profile_views, welcome_views
from ideaboard.accounts.commands import create_admin
from ideaboard.accounts.deeds import DEEDS, show_draft
from ideaboard.accounts.views import accounts
from ideaboard.admin import board_views, delivery_views, frame_views, mail_views, people_views
from ideaboard.admin.views import admin
from ideaboard.boards.views import boards
from ideaboard.discussion.deed import comment_as_asked
from ideaboard.discussion.erased import take_comments_away
from ideaboard.discussion.views import discussion
from ideaboard.events.dispatch import subscribers
from ideaboard.feeds import mine_views as feed_views
from ideaboard.feeds.views import feeds
from ideaboard.following.deed import follow_as_asked
from ideaboard.following.erased import take_follows_away
from ideaboard.following.views import following
from ideaboard.foundation.later import Later
from ideaboard.foundation.links import links
from ideaboard.ideas import author_views, mine_views, similar_views, writing_views
from ideaboard.ideas.erased import take_words_away
from ideaboard.ideas.views import ideas
from ideaboard.ideas.vote_while_writing import vote_and_keep_words
from ideaboard.insights.views import insights
from ideaboard.jobs.doctor import doctor
from ideaboard.jobs.worker import worker_command
from ideaboard.merging.views import merging
from ideaboard.notifications import metrics_views, returned_views, unsubscribe_views
from ideaboard.notifications.commands import test_mail
from ideaboard.notifications.delivery_commands import deliveries
from ideaboard.notifications.mailbox_views import mailbox
from ideaboard.notifications.rendering import renderer
from ideaboard.notifications.returned_commands import read_returned
from ideaboard.notifications.subscribers import SUBSCRIBERS
from ideaboard.notifications.views import notifications
from ideaboard.patterns.views import patterns
from ideaboard.roadmap.views import roadmap
from ideaboard.search.views import search
from ideaboard.site import choice_views
from ideaboard.site.commands import demo, recount
from ideaboard.site.demo.views import demonstration
from ideaboard.site.machine_views import machines
from ideaboard.site.views import site
from ideaboard.stories import desk_views, form_views
from ideaboard.stories.views import stories
from ideaboard.voting.deed import vote_as_asked
from ideaboard.voting.erased import take_votes_away
from ideaboard.voting.views import voting
from ideaboard.web.assets import assets
from ideaboard.webhooks import log_views as webhook_log_views
from ideaboard.webhooks.calling import call_out
from ideaboard.webhooks.views import webhooks
from ideaboard.workflow.staff_views import staff
from ideaboard.workflow.views import workflow

# Doors that hang on a blueprint of another file: importing them is what registers them.
MORE_DOORS = (
    author_views,
    board_views,
    choice_views,
    delivery_views,
    desk_views,
    erasing_views,
    first_admin_views,
    form_views,
    feed_views,
    frame_views,
    mail_views,
    mine_views,
    people_views,
    profile_views,
    metrics_views,
    returned_views,
    similar_views,
    unsubscribe_views,
    webhook_log_views,
    welcome_views,
    writing_views,
)
# One a line, in the order of the alphabet.
BLUEPRINTS = (
    accounts,
    admin,
    assets,
    boards,
    demonstration,
    discussion,
    feeds,
    following,
    ideas,
    insights,
    mailbox,
    merging,
    notifications,
    machines,
    roadmap,
    search,
    site,
    staff,
    stories,
    voting,
    webhooks,
    workflow,
)
# click commands, each registered as `flask --app wsgi NAME`
COMMANDS = (
    create_admin,
    deliveries,
    demo,
    doctor,
    Later("index-search", "ideaboard.search.commands:index_search", "Make the index of search anew."),
    # What reads strangers' files takes 0.4 s to load, and no start and no page needs it.
    Later("import-ideas", "ideaboard.transfer.commands:import_ideas", "Bring ideas and comments from a file."),
    Later("bench-similar", "ideaboard.similar.commands:bench_similar", "Measure how well similar ideas are found."),
    Later("index-similar", "ideaboard.similar.commands:index_similar", "Learn the words of ideas for similar ones."),
    read_returned,
    recount,
    Later(
        "simulate-ranking", "ideaboard.simulation.commands:simulate_ranking", "Try ranking rules on simulated boards."
    ),
    test_mail,
    worker_command,
)


def blueprints_of(environment: str) -> tuple:
    """What is served in 'development', 'test' or 'production': the page of components is for who builds pages."""
    return BLUEPRINTS if environment == "production" else (*BLUEPRINTS, patterns)


def register(app: Flask) -> None:
    for blueprint in blueprints_of(app.config["SETTINGS"].environment):
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    links.fill(app.url_map)
    renderer.fill(app.jinja_env)
    subscribers.fill(SUBSCRIBERS, beside=(call_out,))
    # What each room takes away when a person is erased; votes before follows, as votes ask where voting goes on.
    erasing.parts.fill(take_votes_away, take_comments_away, take_words_away, take_follows_away)
    # What a guest pressed, done when the code is typed.
    DEEDS.update(
        vote=vote_as_asked,
        follow=follow_as_asked,
        comment=comment_as_asked,
        publish_draft=show_draft,
        vote_while_writing=vote_and_keep_words,
    )
