"""Who is told, how, and the inbox."""
