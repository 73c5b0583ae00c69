"""Judges the host key that a server shows, by what known_hosts says, the host's certificate, and the person.

The checking of host certificates is asyncssh's. It takes 0.3 s to import, hence inside the functions: only
the first connection waits for it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import paramiko

from deskconsole.common.errors import ConfigurationError, HostKeyError

from .known_hosts import KnownHosts, KnownKey, fingerprint, key_family, key_type
from .prompts import ChangedHostKey, Questions, UnknownHostKey
from .revocation import refuse_revoked
from .ssh_config import Target
from .transport import HOST_KEY_ALGORITHMS

if TYPE_CHECKING:
    from asyncssh.public_key import SSHOpenSSHCertificate

_CERTIFICATE = "-cert-v01@openssh.com"


class HostKeyCheck:
    """The known keys of one target, and the verdict on the key that it shows."""

    def __init__(self, known: KnownHosts, target: Target) -> None:
        self._known = known
        self._target = target
        # As ssh does: a port of its own first, then the bare name, of which only a matching key counts.
        self._exact = known.find(target.key_names[0])
        self._loose = [entry for name in target.key_names[1:] for entry in known.find(name)]

    def algorithms(self) -> tuple[str, ...]:
        """Algorithms to offer: first those of known keys, else a known host would look unknown or changed.

        Certificates are asked for only where an authority is trusted for the name: no other could
        judge them.
        """
        known = {entry.algorithm for entry in (*self._exact, *self._loose) if entry.marker == ""}
        allowed = [name for name in HOST_KEY_ALGORITHMS if self._allows(name)]
        first = [name for name in allowed if key_family(name) in known]
        rest = [name for name in allowed if name not in first]
        authority = any(entry.marker == "cert-authority" for entry in (*self._exact, *self._loose))
        names = [name + _CERTIFICATE for name in HOST_KEY_ALGORITHMS] if authority else []
        offered = (*(name for name in names if self._allows(name)), *first, *rest)
        if not offered:
            raise ConfigurationError(
                f"HostKeyAlgorithms of {self._target.label} leaves no algorithm that this console knows",
                remedy=f"Allow one of {', '.join(HOST_KEY_ALGORITHMS)} in the SSH configuration.",
            )
        return offered

    def _allows(self, algorithm: str) -> bool:
        return self._target.allows("hostkeyalgorithms", algorithm)

    def judge(self, shown: paramiko.PKey, questions: Questions) -> None:
        """Return where the key is trusted, asking where it is unknown.

        Raises HostKeyError (changed, revoked, not trusted) and ConfigurationError (cannot be stored).
        """
        blob = shown.asbytes()
        entries = (*self._exact, *self._loose)
        certificate = getattr(shown, "public_blob", None)
        signer = _signer(certificate.key_blob) if certificate is not None else None
        self._refuse_revoked(blob, entries)
        if signer is not None:
            self._refuse_revoked(signer, entries)
        self._refuse_small(shown)
        self._refuse_listed(blob, certificate.key_blob if certificate is not None else None)
        known = any(entry.marker == "" and entry.blob == blob for entry in entries)
        if certificate is not None:
            try:
                if self._vouched(certificate.key_blob, entries):
                    return
            except HostKeyError:
                # As ssh does: a certificate that is not valid leaves the plain key, which may be known.
                if not known:
                    raise
        if known:
            return
        negotiable = {key_family(name) for name in HOST_KEY_ALGORITHMS}
        other = [entry for entry in self._exact if entry.marker == "" and entry.algorithm in negotiable]
        if other:
            # Another kind of key counts as changed too: the known kind was offered first and not taken.
            self._judge_changed(shown, other, questions)
        else:
            self._ask(blob, questions)

    def _judge_changed(self, shown: paramiko.PKey, other: Sequence[KnownKey], questions: Questions) -> None:
        """Raises HostKeyError, unless the person has our file forget the old key: then the new one is judged
        as any other."""
        blob = shown.asbytes()
        name = self._target.key_names[0]
        own = self._known.forgettable(name)
        if own and questions.forget_host_key(self._changed(blob, own)):
            self._known.forget(name, {entry.blob for entry in own})
            HostKeyCheck(self._known, self._target).judge(shown, questions)
            return
        old = next((entry for entry in other if entry.algorithm == key_type(blob)), other[0])
        if own:
            forget = f"`deskconsole hosts forget-key {shlex.quote(self._target.label)}`"
        else:
            forget = f"`ssh-keygen -R {shlex.quote(name)} -f {shlex.quote(str(old.path))}`"
        raise HostKeyError(
            f"the host key of {self._target.label} ({self._target.where}) has changed: it shows "
            f"{fingerprint(blob)} ({key_type(blob)}), known is {fingerprint(old.blob)} ({old.algorithm}) "
            f"from line {old.line} of {old.path}",
            remedy="Someone may be in between. If the host was reinstalled, compare the fingerprint "
            f"there (ssh-keygen -lf on its host key), then run {forget} and connect again.",
        )

    def _changed(self, blob: bytes, known: Sequence[KnownKey]) -> ChangedHostKey:
        return ChangedHostKey(
            host=self._target.label,
            address=self._target.where,
            algorithm=key_type(blob),
            fingerprint=fingerprint(blob),
            known=tuple((entry.algorithm, fingerprint(entry.blob)) for entry in known),
        )

    def _ask(self, blob: bytes, questions: Questions) -> None:
        target = self._target
        if not target.trusts_new:
            raise HostKeyError(
                f"the host key of {target.label} ({target.where}) is unknown: {fingerprint(blob)} "
                f"({key_type(blob)}), and StrictHostKeyChecking is `yes` for it",
                remedy="Compare it with the host's own, then add it to a known_hosts file, or set "
                "StrictHostKeyChecking to `ask`.",
            )
        question = UnknownHostKey(
            host=target.label, address=target.where, algorithm=key_type(blob), fingerprint=fingerprint(blob)
        )
        if not questions.trust_host_key(question):
            raise HostKeyError(
                f"the host key of {target.label} ({target.where}) is unknown and was not trusted: "
                f"{fingerprint(blob)} ({key_type(blob)})",
                remedy="Compare it with the host's own (ssh-keygen -lf there), then trust it when asked.",
            )
        self._known.add(target.key_names[0], blob)

    def _refuse_revoked(self, blob: bytes, entries: Sequence[KnownKey]) -> None:
        for entry in entries:
            if entry.marker == "revoked" and entry.blob == blob:
                raise HostKeyError(
                    f"the host key of {self._target.label} ({self._target.where}) is revoked: "
                    f"{fingerprint(blob)}, by line {entry.line} of {entry.path}",
                    remedy="Do not connect; ask the administrator of the host for its new key.",
                )

    def _refuse_small(self, shown: paramiko.PKey) -> None:
        if isinstance(shown, paramiko.RSAKey) and shown.get_bits() < self._target.rsa_bits:
            raise HostKeyError(
                f"the host key of {self._target.label} ({self._target.where}) has {shown.get_bits()} bits, "
                f"fewer than RequiredRSASize asks for ({self._target.rsa_bits})",
                remedy="Make a larger host key there, or an Ed25519 one.",
            )

    def _refuse_listed(self, blob: bytes, certificate: bytes | None) -> None:
        """Raises HostKeyError where RevokedHostKeys lists the key, its certificate or its authority."""
        files = self._target.revoked_host_keys
        if not files:
            return
        keys = [(key_type(blob), blob)]
        if certificate is not None:
            keys.append((key_type(certificate), certificate))
            signer = _signer(certificate)
            if signer is not None:
                keys.append((key_type(signer), signer))
        refuse_revoked(
            f"{self._target.label} ({self._target.where})",
            files,
            keys,
            f"{fingerprint(blob)} ({key_type(blob)})",
        )

    def _vouched(self, data: bytes, entries: Sequence[KnownKey]) -> bool:
        import asyncssh

        certificate = _certificate(data)
        if certificate is None:
            return False
        signer = certificate.signing_key.public_data
        if not self._target.allows("casignaturealgorithms", _signature_algorithm(data, signer)):
            return False
        if not any(entry.marker == "cert-authority" and entry.blob == signer for entry in entries):
            return False
        name = self._target.key_alias or self._target.address
        try:
            certificate.validate(asyncssh.public_key.CERT_TYPE_HOST, name)
        except ValueError as error:
            raise HostKeyError(
                f"the host certificate of {self._target.label} is not valid for {name}: {error}",
                remedy="Ask the administrator of the certificate authority to issue it again.",
            ) from error
        return True


def _certificate(data: bytes) -> SSHOpenSSHCertificate | None:
    import asyncssh
    from asyncssh.public_key import SSHOpenSSHCertificate, decode_ssh_certificate

    try:
        certificate = decode_ssh_certificate(data)
    except (asyncssh.KeyImportError, ValueError):
        return None
    return certificate if isinstance(certificate, SSHOpenSSHCertificate) else None


def _signer(data: bytes) -> bytes | None:
    certificate = _certificate(data)
    return certificate.signing_key.public_data if certificate is not None else None


def _signature_algorithm(data: bytes, signer: bytes) -> str:
    """The algorithm of a certificate's signature: the signature stands behind the key that signed."""
    signature = paramiko.Message(data[data.rindex(signer) + len(signer) :]).get_string()
    return paramiko.Message(signature).get_text()
