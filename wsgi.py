"""The door for servers and for `flask --app wsgi`."""

from ideaboard import create_app

application = app = create_app()
