"""What this app announces, after the transaction that did it has committed. The records are the truth;
who hears nothing of it finds it there."""

from django.dispatch import Signal

# A version was issued; with `version_uid`.
issued = Signal()
