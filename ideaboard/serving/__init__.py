"""The start: `python -m ideaboard.serving` prepares the database, then runs web servers and worker under one parent."""
