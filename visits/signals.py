"""What this app announces, after the transaction that did it has committed. The records are the truth;
who hears nothing of it finds it there."""

from django.dispatch import Signal

# A change has made visit rates stale (visits.models.StaleVisits says which).
visits_changed = Signal()
# A rebuild of the visit rates waits on record; sent with `run_uid`.
visit_rates_rebuild_asked = Signal()
# An import of records waits on record; sent with `run_uid`.
records_import_asked = Signal()
