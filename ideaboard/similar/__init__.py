"""Similar: found alike before posting, and the likely duplicates that staff see."""
