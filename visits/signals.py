"""What this app announces, after commit."""

from django.dispatch import Signal

# Visits or plans have changed and their months are marked stale. Carries nothing: the marks say it all.
visits_changed = Signal()
