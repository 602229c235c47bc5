"""The boards on which rules are tried. They were fixed before our rule was written (docs/ranking.md)."""

from ideaboard.simulation.world import Setting

SETTINGS = (
    Setting("base"),
    # how much is looked
    Setting("few visitors", visits_per_idea=10),
    Setting("very few visitors", visits_per_idea=3),
    Setting("many visitors", visits_per_idea=120, ideas=100),
    Setting("short attention", depth=3),
    Setting("long attention", depth=25),
    # what the ideas are worth
    Setting("ideas alike", spread=0.3),
    Setting("a few gems", spread=2.5),
    Setting("few vote", quality=0.02),
    Setting("many vote", quality=0.3, spread=0.7),
    Setting("late ideas better", better=1.0),
    Setting("early ideas better", better=-1.0),
    # when things come
    Setting("ideas in bursts", arrivals="bursts"),
    Setting("visitors in bursts", visits="bursts"),
    Setting("all at the start", arrivals="start"),
    Setting("most come late", arrivals="late"),
    Setting("half old stock", stock=0.5),
    Setting("old stock, first come first seen", stock=0.7, stock_favours_early=True),
    Setting("old stock, views not counted", stock=0.5, stock_counted=False),
    # size and time
    Setting("few ideas", ideas=25),
    Setting("many ideas", ideas=1000, visits_per_idea=10),
    Setting("three days", days=3),
    Setting("two years", days=730),
    # people
    Setting("some follow the crowd", crowd=0.2),
    Setting("half follow the crowd", crowd=0.5),
    Setting("a small circle returns", returning=0.8),
    Setting("many come by search", searching=0.4),
    Setting("one brigade", brigades=1),
    Setting("ten brigades", brigades=10),
    Setting("a flood of junk", spam=0.3),
)
