"""Follow and mute."""
