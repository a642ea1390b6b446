"""A CSV file as a stream of numbered rows. What cannot be read as one is refused as a whole.

The file is read once, in pieces; its SHA-256 is worked out on the way.
"""

import codecs
import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from safeguarding.kernel.errors import Refusal

_PIECE = 256 * 1024
# Far more than any row of ours needs; a longer line means that this is not a CSV file.
_LONGEST_LINE = 1024 * 1024
# A zip archive's first bytes, and those of an empty one; "PK" alone may begin a column's name.
_ZIPPED = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class Unreadable(Refusal):
    """The file as a whole cannot be taken; nothing was loaded. The message is one sentence."""

    def __init__(self, message: str) -> None:
        super().__init__("unreadable_file", message, "file")


class _Pieces(io.RawIOBase):
    """The file's bytes on their way to the decoder: hashed, counted, and looked at for what no CSV holds."""

    def __init__(self, file: io.BufferedReader, seen: Callable[[int], None]) -> None:
        self._file = file
        self._seen = seen
        self.hash = hashlib.sha256()
        self._since_newline = 0

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        piece = self._file.read(_PIECE)
        self.hash.update(piece)
        if b"\0" in piece:
            raise Unreadable("The file holds null bytes, so it is not CSV text in UTF-8.")
        last_newline = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        if last_newline >= 0:
            first_newline = min(n for n in (piece.find(b"\n"), piece.find(b"\r")) if n >= 0)
            longest = self._since_newline + first_newline
            self._since_newline = len(piece) - last_newline - 1
        else:
            self._since_newline += len(piece)
            longest = self._since_newline
        if longest > _LONGEST_LINE:
            raise Unreadable(
                f"The file has a line of more than {_LONGEST_LINE:,} characters; it is no CSV file."
            )
        self._seen(len(piece))
        return piece

    read = read1


class Source:
    """An open import file. Use it in a `with`; raises Unreadable from any step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.bytes_read = 0

    def __enter__(self) -> "Source":
        self._file = _open(self.path)
        try:
            self.size = os.fstat(self._file.fileno()).st_size
            _refuse_other_formats(self._file)
            self._pieces = _Pieces(self._file, self._count)
            text = io.TextIOWrapper(self._pieces, encoding="utf-8-sig", newline="")  # type: ignore[type-var]
            self._reader = csv.reader(text, strict=True)
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def _count(self, size: int) -> None:
        self.bytes_read += size

    @property
    def sha256(self) -> str:
        """Of all that was read; of the whole file once `rows` has come to its end."""
        return self._pieces.hash.hexdigest()

    def rows(self) -> Iterator[tuple[int, list[str] | None]]:
        """(number of the row's first line, its cells), blank lines left out. None for cells: the
        row's quotation marks are in the wrong places."""
        reader = self._reader
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError:
                raise self._not_utf8() from None
            except csv.Error as fault:
                if "field larger" in str(fault) or "unexpected end" in str(fault):
                    raise Unreadable(f"Line {line:,} opens a quotation mark that is never closed.") from None
                row = None
            if row or row is None:
                yield line, row

    def _read_header(self) -> list[str]:
        for _, row in self.rows():
            if row is None:
                raise Unreadable(
                    "The first line, which names the columns, has quotation marks in the wrong places."
                )
            return row
        raise Unreadable("The file is empty.")

    def _not_utf8(self) -> Unreadable:
        """Reads the file again, to say which line it was."""
        with _open(self.path) as file:
            decoder = codecs.getincrementaldecoder("utf-8")()
            line = 1
            for piece in iter(lambda: file.readline(_PIECE), b""):
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    break
                line += piece.endswith(b"\n")
        return Unreadable(
            f"Line {line:,} is not UTF-8 text; save the file as “CSV UTF-8” (it may be in an older encoding)."
        )


def _open(path: Path) -> io.BufferedReader:
    if path.is_dir():
        raise Unreadable("This is a folder, not a file.")
    if path.exists() and not path.is_file():
        raise Unreadable("This is not an ordinary file.")
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise Unreadable("There is no such file.") from None
    except OSError as fault:
        raise Unreadable(f"The file cannot be opened ({os.strerror(fault.errno or 0).lower()}).") from None


def _refuse_other_formats(file: io.BufferedReader) -> None:
    start = file.peek(8)[:8]
    if not start:
        raise Unreadable("The file is empty.")
    if start.startswith(_ZIPPED):
        raise Unreadable(
            "This is a zip archive or a spreadsheet, not a CSV file; open it and save it as CSV."
        )
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("The file is in UTF-16; save it as “CSV UTF-8”.")
