"""The name under which an auditor sees a child: the same every time, and leading nowhere else."""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

_PURPOSE = b"visits.audit_code"


def audit_code(child_uid: UUID) -> str:
    """'AC-7KQ2-M4XB'. Keyed, so that nobody without the key can work it out from a reference or an id."""
    digest = hmac.new(settings.AUDIT_KEY.encode(), _PURPOSE + child_uid.bytes, hashlib.sha256).digest()
    letters = base64.b32encode(digest[:5]).decode()
    return f"AC-{letters[:4]}-{letters[4:]}"
