"""Nouns: one table a file. Columns, relations, facts and scopes; no verbs."""

from ideaboard.models.board import Board
from ideaboard.models.board_member import BoardMember
from ideaboard.models.budget import Budget
from ideaboard.models.clear_answer import ClearAnswer
from ideaboard.models.comment import Comment, Mention
from ideaboard.models.delivery import Delivery
from ideaboard.models.event import Event
from ideaboard.models.feed_token import FeedToken
from ideaboard.models.follow import BroadFollow, Follow
from ideaboard.models.idea import Idea
from ideaboard.models.idea_addition import IdeaAddition
from ideaboard.models.idea_revision import IdeaRevision
from ideaboard.models.merge import Merge
from ideaboard.models.notification import Notification
from ideaboard.models.one_time_link import OneTimeLink
from ideaboard.models.organisation import Organisation
from ideaboard.models.pending import Draft, Pending
from ideaboard.models.person import Person
from ideaboard.models.preference import Preference
from ideaboard.models.signed_in import SignedIn
from ideaboard.models.similar import SimilarFresh, SimilarPair, SimilarPosting, SimilarSegment, SimilarShape
from ideaboard.models.site import Site
from ideaboard.models.solved import Solved
from ideaboard.models.status import Status
from ideaboard.models.status_change import StatusChange
from ideaboard.models.story import Picture, Story, StoryIdea
from ideaboard.models.vote import Vote
from ideaboard.models.webhook import Webhook, WebhookCall
from ideaboard.models.worker_pulse import WorkerPulse

__all__ = [
    "Board",
    "BoardMember",
    "BroadFollow",
    "Budget",
    "ClearAnswer",
    "Comment",
    "Delivery",
    "Draft",
    "Event",
    "FeedToken",
    "Follow",
    "Idea",
    "IdeaAddition",
    "IdeaRevision",
    "Mention",
    "Merge",
    "Notification",
    "OneTimeLink",
    "Organisation",
    "Pending",
    "Person",
    "Picture",
    "Preference",
    "SignedIn",
    "SimilarFresh",
    "SimilarPair",
    "SimilarPosting",
    "SimilarSegment",
    "SimilarShape",
    "Site",
    "Solved",
    "Status",
    "StatusChange",
    "Story",
    "StoryIdea",
    "Vote",
    "Webhook",
    "WebhookCall",
    "WorkerPulse",
]
