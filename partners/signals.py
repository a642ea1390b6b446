"""What this app announces, after the transaction that did it has committed. The records are the truth;
who hears nothing of it finds it there."""

from django.dispatch import Signal

# A return was sent; with `return_uid`.
return_submitted = Signal()
# A concern was put before the board; with `concern_uid`.
concern_escalated = Signal()
