"""Office files are archives: equal papers give equal bytes once the archive forgets when it was written."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest moment that an archive can bear.
_THEN = (1980, 1, 1, 0, 0, 0)


def without_times(archive: bytes) -> bytes:
    """The same members in the same order, each as of the same moment."""
    made = BytesIO()
    with ZipFile(BytesIO(archive)) as before, ZipFile(made, "w", ZIP_DEFLATED) as after:
        for member in before.infolist():
            info = ZipInfo(member.filename, _THEN)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = member.external_attr
            after.writestr(info, before.read(member))
    return made.getvalue()
