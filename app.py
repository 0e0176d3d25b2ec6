"""The application for gunicorn (`gunicorn app:app`) and `flask --app app`."""

from assist.settings import Settings
from assist.web import create_app

app = create_app(Settings())
app.services.start()
