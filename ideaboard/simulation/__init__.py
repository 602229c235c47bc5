"""What a ranking rule makes of an idea board: visitors who look from the top, ideas of known quality."""
