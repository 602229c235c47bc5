"""A suggested pseudonym ('Quiet Otter') and the seed of a face: random, never derived from an address."""

import secrets

_MOODS = """
    Amber Bold Brave Bright Brisk Calm Cheery Clever Copper Cosy Curious Early Easy Fair Fleet Fond Free Gentle Glad
    Golden Hazel Honest Humble Jolly Keen Kind Lively Loyal Lucky Mellow Merry Mild Misty Neat Nimble Patient Plucky
    Polite Proud Quick Quiet Rapid Ready Rosy Sandy Shy Silver Sleepy Snowy Spry Steady Still Sunny Swift Tidy True
    Warm Wise Witty Young
""".split()  # noqa: SIM905
_ANIMALS = """
    Badger Bear Beaver Bee Bison Bunting Carp Cat Crane Cricket Curlew Deer Dolphin Dove Duck Eagle Elk Falcon Finch
    Fox Gecko Goose Hare Hawk Hedgehog Heron Ibex Jay Kestrel Kite Lark Linnet Lynx Magpie Marten Mole Moose Moth
    Newt Otter Owl Panda Pike Plover Puffin Quail Rabbit Raven Robin Salmon Seal Sparrow Squirrel Stoat Swan Swift
    Tern Toad Turtle Vole Wagtail Walrus Whale Wren
""".split()  # noqa: SIM905
_SEED = "0123456789abcdefghijklmnopqrstuvwxyz"


def suggest_name() -> str:
    """Two words, about 3,800 pairs; two people may bear the same."""
    return f"{secrets.choice(_MOODS)} {secrets.choice(_ANIMALS)}"


def new_seed() -> str:
    """Eight letters and digits from which templates/components/face.html makes a face."""
    return "".join(secrets.choice(_SEED) for _ in range(8))
