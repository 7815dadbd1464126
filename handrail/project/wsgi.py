"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from handrail.project.letters import read_as_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.project.settings")
application = read_as_utf8(get_wsgi_application())

from handrail.records.directory import gazetteer, snapshot  # noqa: E402 - Django must be ready first

snapshot.warm_up()
gazetteer.warm_up()
