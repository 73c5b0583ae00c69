"""Pictures of desktops as files that other programs show: PNG, JPEG and WebP."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.kept_file import kept_name, unused
from deskconsole.common.paths import make_private_folder
from deskconsole.common.whole_file import write_whole

if TYPE_CHECKING:
    from .decoders.part import BGR

_JPEG_QUALITY: Final = 92
_LOSSLESS: Final = 101
"""Quality of a WebP above which OpenCV makes it without loss."""


class ImageFormat(StrEnum):
    """The formats of saved pictures; PNG and WebP are exact, JPEG is not."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def suffix(self) -> str:
        """The end of a file's name."""
        return ".jpg" if self is ImageFormat.JPEG else f".{self.value}"


_BY_SUFFIX: Final = {".png": ImageFormat.PNG, ".jpg": ImageFormat.JPEG, ".jpeg": ImageFormat.JPEG} | {
    ".webp": ImageFormat.WEBP
}


SUFFIXES: Final = frozenset(_BY_SUFFIX)
"""The ends of pictures' names."""


def format_of(file: Path) -> ImageFormat:
    """The format that a file's name asks for; a name without a suffix asks for PNG.

    Raises ConfigurationError for the suffix of something else.
    """
    if not file.suffix:
        return ImageFormat.PNG
    if (found := _BY_SUFFIX.get(file.suffix.lower())) is None:
        raise ConfigurationError(
            f"{file} has an unsupported file type: screenshots are saved as .png, .jpg or .webp",
            remedy="Give a name that ends in one of these, a folder with / at its end, or --format.",
        )
    return found


def write_image(file: Path, pixels: BGR, kind: ImageFormat, *, replace: bool) -> None:
    """Writes a picture; `replace`: a file of that name is overwritten. Raises ConfigurationError."""
    write_encoded(file, encoded_image(pixels, kind), replace=replace)


def write_encoded(file: Path, data: bytes, *, replace: bool) -> None:
    """Writes a picture that is encoded already. Raises ConfigurationError; then an old one is as it was, but
    for one that had to be written in its place.
    """
    opened = False
    try:
        if replace and _is_replaceable(file):
            try:
                write_whole(file, data, mode=0o666)
            except OSError as error:
                # A folder that takes no new file, or a file that is a mount of its own.
                if error.errno not in (errno.EACCES, errno.EPERM, errno.EBUSY):
                    raise
            else:
                return
        with file.open("wb" if replace else "xb") as out:
            opened = True
            out.write(data)
    except OSError as error:
        if opened:  # half a picture is none; but a pipe or /dev/stdout stays
            with contextlib.suppress(OSError):
                if stat.S_ISREG(file.lstat().st_mode):
                    file.unlink()
        raise ConfigurationError(f"cannot write {file}: {error.strerror}") from error


def _is_replaceable(file: Path) -> bool:
    """True where a new file may take the name: no file of another user or of two names, and no program's open
    one. Raises OSError.
    """
    try:
        status = file.stat()
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        return False
    return sys.platform == "win32" or (status.st_uid == os.geteuid() and not _is_descriptor(file))


def _is_descriptor(file: Path) -> bool:
    """True for /dev/stdout and the like, also behind links: a link to a file that the shell has opened."""
    while Path(os.path.realpath(file.parent)).parts[:2] not in {("/", "dev"), ("/", "proc")}:
        if not file.is_symlink():
            return False
        file = file.parent / file.readlink()
    return True


def keep_image(folder: Path, host: str, at: float, pixels: BGR, kind: ImageFormat = ImageFormat.PNG) -> Path:
    """Writes a picture of a host into a folder, which is made where it is missing, and returns the file.

    `at`: Unix time of the picture. Raises ConfigurationError.
    """
    return keep_encoded(folder / kept_name(host, at, kind.suffix), encoded_image(pixels, kind))


def keep_encoded(name: Path, data: bytes) -> Path:
    """Does the same with a picture that is encoded and has a name, which gets a number where it is taken.

    Raises ConfigurationError.
    """
    try:
        make_private_folder(name.parent)
    except OSError as error:
        raise ConfigurationError(f"cannot make the folder {name.parent}: {error.strerror}") from None
    while True:
        file = unused(name)
        try:
            write_encoded(file, data, replace=False)
        except ConfigurationError as error:
            if isinstance(error.__cause__, FileExistsError):  # another thread took the name meanwhile
                continue
            raise
        return file


def encoded_image(pixels: BGR, kind: ImageFormat) -> bytes:
    """A picture as the bytes of a file. Raises ConfigurationError for one that the format cannot hold."""
    import cv2  # not before it is known to be usable

    options = {
        ImageFormat.PNG: (),
        ImageFormat.JPEG: (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY),
        ImageFormat.WEBP: (cv2.IMWRITE_WEBP_QUALITY, _LOSSLESS),
    }
    try:
        made, data = cv2.imencode(kind.suffix, pixels, options[kind])
        if made:
            return data.tobytes()
    except cv2.error:
        pass  # OpenCV says no in either way.
    height, width = pixels.shape[:2]
    raise ConfigurationError(
        f"a picture of {width} x {height} is too large for {kind.value}", remedy="Save it as png."
    )
