"""RevokedHostKeys: files of host keys that must not be trusted, as text or as a key revocation list (KRL)."""

from __future__ import annotations

import base64
import binascii
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import paramiko

from deskconsole.common.errors import HostKeyError

_KRL = b"SSHKRL\n\0"


def refuse_revoked(label: str, files: Sequence[Path], keys: Sequence[tuple[str, bytes]], key: str) -> None:
    """Return where no file lists one of the keys.

    `keys` are (type, blob) of what the host shows: its key, and where it has one its certificate and that
    one's authority. `key` names it for the sentence. Raises HostKeyError, also where a file cannot be used:
    ssh connects nowhere then.
    """
    for path in files:
        try:
            data = path.read_bytes()
            listed = _in_krl(path, keys) if data.startswith(_KRL) else _in_text(data, keys)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise HostKeyError(
                f"the revoked host keys of {label} cannot be read from {path}: {why}",
                remedy="Correct RevokedHostKeys in the SSH configuration, or the file; ssh refuses too.",
            ) from error
        if listed:
            raise HostKeyError(
                f"the host key of {label} is revoked: {key}, by the file {path}",
                remedy="Do not connect; ask those who run the host for its new key.",
            )


def _in_text(data: bytes, keys: Sequence[tuple[str, bytes]]) -> bool:
    blobs = {blob for _, blob in keys}
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if not words or words[0].startswith(b"#"):
            continue
        try:
            blob = base64.b64decode(words[1], validate=True)
            if paramiko.Message(blob).get_string() != words[0]:
                raise ValueError
        except (IndexError, ValueError, binascii.Error):
            raise ValueError(f"line {number} is no public key") from None
        if blob in blobs:
            return True
    return False


def _in_krl(path: Path, keys: Sequence[tuple[str, bytes]]) -> bool:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise ValueError("it is a KRL, and there is no ssh-keygen to read it")
    for kind, blob in keys:
        with tempfile.TemporaryDirectory() as folder:
            public = Path(folder) / "key.pub"
            public.write_text(f"{kind} {base64.b64encode(blob).decode()}\n")
            try:
                result = subprocess.run(
                    [program, "-Q", "-f", str(path), str(public)],
                    check=False,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=30,
                    encoding="utf-8",
                    errors="replace",
                )
            except subprocess.TimeoutExpired:
                raise ValueError("ssh-keygen did not answer within 30 s") from None
        if "REVOKED" in result.stdout:
            return True
        if result.returncode != 0:
            lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
            raise ValueError(lines[-1] if lines else "ssh-keygen cannot use it")
    return False
