"""The WSGI application that gunicorn serves. An unsafe set-up does not start: the system checks
run first, which a server would otherwise pass over."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")

application = get_wsgi_application()
call_command("check")
