"""Files that people send: a safe name, and a kind told by the content, never by the name alone. Pure."""

import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from partners.constants import EVIDENCE_MAX_BYTES, EVIDENCE_MAX_UNPACKED
from safeguarding.kernel.errors import Refusal

NAME_LENGTH = 120
MAX_ENTRIES = 2_000
# Beside one answer or action; more belong into one document.
MAX_FILES = 20
_PIECE = 64 * 1024

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
KINDS_IN_WORDS = "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), .odt, .ods, .png, .jpg, .txt or .csv"
_CALLED = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "xlsx": "an Excel workbook",
    "pptx": "a PowerPoint presentation",
    "odt": "an OpenDocument text",
    "ods": "an OpenDocument spreadsheet",
    "png": "a PNG image",
    "jpg": "a JPEG image",
    "jpeg": "a JPEG image",
    "txt": "a plain text file",
    "csv": "a CSV file",
}
# The part without which an Office file is none.
_MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_MACRO_NAMES = ("vbaproject", "vbadata", "macrosheets/", "dialogsheets/", "activex/")
_ODF_MACRO_FOLDERS = ("basic/", "scripts/")
_ZIP_START, _ZIP_END, _ZIP_END_SIZE = b"PK\x03\x04", b"PK\x05\x06", 22
_ENCRYPTED = 0x1
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB`\x82"
_PDF_END_WITHIN = 1024
_WEB_PAGE = re.compile(r"\s*<(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)
_BAD_IN_NAMES = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class CheckedFile:
    """What may be kept: the name under which it is offered again, and what it is."""

    file_name: str
    media_type: str


def check(name: str, content: bytes) -> CheckedFile:
    """The file as it may be kept.

    Raises Refusal (field 'file'): 'file_empty', 'file_too_large', 'kind_not_taken', 'kind_differs',
    'file_damaged', 'file_encrypted', 'file_has_macros', 'unpacks_too_large', 'too_many_entries'.
    """
    safe = safe_name(name)
    extension = extension_of(safe)
    check_size(len(content))
    if extension not in MEDIA_TYPES:
        raise _refusal("kind_not_taken", f"The file must be {KINDS_IN_WORDS}")
    if extension in _MAIN_PARTS or extension in ("odt", "ods"):
        _check_archive(content, extension)
    elif not _LOOKS[extension](content) or zipfile.is_zipfile(BytesIO(content)):
        # What is also an archive is two files in one: the second is for somebody who knows of it.
        raise _differs(extension)
    return CheckedFile(safe, MEDIA_TYPES[extension])


def check_size(size: int) -> None:
    if size == 0:
        raise _refusal("file_empty", "The file is empty. Choose another one")
    if size > EVIDENCE_MAX_BYTES:
        raise _refusal("file_too_large", f"The file must be {_megabytes(EVIDENCE_MAX_BYTES)} or smaller")


def extension_of(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()


def safe_name(name: str) -> str:
    """The last part of a path, without signs that hide or turn what it says, at most 120 characters; the
    ending stays."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    # Every category of C: control, format (text direction among them), surrogate, private, unassigned.
    shown = "".join(
        " " if sign.isspace() else sign
        for sign in last
        if not unicodedata.category(sign).startswith("C") or sign in "\t\n"
    )
    plain = " ".join(_BAD_IN_NAMES.sub("_", shown).split()).rstrip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    stem = stem.strip(". ") or "file"
    if _RESERVED.match(stem):
        stem = f"file-{stem}"
    ending = f".{ending[:10].strip()}" if dot else ""
    return stem[: NAME_LENGTH - len(ending)].rstrip(". ") + ending


def open_archive(content: bytes) -> zipfile.ZipFile:
    """A zip file whose directory has been looked through: nothing encrypted, not too much in it, and what it
    says of itself is true. Everything has been unpacked once, piece by piece, to know that."""
    whole = content.startswith(_ZIP_START) and content[-_ZIP_END_SIZE:].startswith(_ZIP_END)
    if not whole:
        raise _damaged()
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise _damaged() from None
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _refusal("too_many_entries", "The file holds too many parts. Save it as a new document")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise _refusal("file_encrypted", "The file is locked with a password. Save it without one")
    if sum(entry.file_size for entry in entries) > EVIDENCE_MAX_UNPACKED:
        words = f"The file unpacks to more than {_megabytes(EVIDENCE_MAX_UNPACKED)}. Shrink its pictures"
        raise _refusal("unpacks_too_large", words)
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or any(_leads_out(name) for name in names):
        raise _damaged()
    _unpack_once(archive, entries)
    return archive


def _unpack_once(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """An entry that is larger than the directory says, or damaged, fails its check sum."""
    try:
        for entry in entries:
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _damaged()
            with archive.open(entry) as part:
                while part.read(_PIECE):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise _damaged() from None


def _check_archive(content: bytes, extension: str) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        # Office keeps a document with a password in its old container.
        words = "The file is in an old format or locked with a password. Save it anew without one"
        raise _refusal("file_encrypted", words)
    if not content.startswith(_ZIP_START):
        raise _differs(extension)
    archive = open_archive(content)
    names = [name.lower() for name in archive.namelist()]
    if any(part in name for name in names for part in _MACRO_NAMES) or any(
        name.startswith(_ODF_MACRO_FOLDERS) for name in names
    ):
        raise _macros()
    if extension in _MAIN_PARTS:
        if _MAIN_PARTS[extension] not in names or "[content_types].xml" not in names:
            raise _differs(extension)
        types = next(name for name in archive.namelist() if name.lower() == "[content_types].xml")
        if b"macroenabled" in archive.read(types).lower():
            raise _macros()
    elif "mimetype" not in names or archive.read("mimetype").strip() != MEDIA_TYPES[extension].encode():
        raise _differs(extension)


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/") or ":" in name


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_PDF_END_WITHIN:]


def _is_png(content: bytes) -> bool:
    return content.startswith(_PNG_START) and content[12:16] == b"IHDR" and content.endswith(_PNG_END)


def _is_jpeg(content: bytes) -> bool:
    return content.startswith(_JPEG_START) and content.rstrip(b"\0").endswith(_JPEG_END)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            # What older programs on Windows write.
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            return False
    if content.startswith((b"%PDF-", b"{\\rtf")) or _WEB_PAGE.match(text):
        return False
    return not any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n\f" for sign in text)


_LOOKS = {
    "pdf": _is_pdf,
    "png": _is_png,
    "jpg": _is_jpeg,
    "jpeg": _is_jpeg,
    "txt": _is_text,
    "csv": _is_text,
}


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MB"


def _refusal(code: str, words: str) -> Refusal:
    return Refusal(code, words, "file")


def _differs(extension: str) -> Refusal:
    words = f"The name says that the file is {_CALLED[extension]}, but its content is not. Save it anew"
    return _refusal("kind_differs", words)


def _damaged() -> Refusal:
    return _refusal("file_damaged", "The file is damaged or has more in it than it says. Save it anew")


def _macros() -> Refusal:
    return _refusal("file_has_macros", "The file holds macros. Save it without them, for example as a PDF")
