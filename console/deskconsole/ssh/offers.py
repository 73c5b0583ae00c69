"""Which keys a login offers to a server, and in what order. It does no I/O with a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import paramiko

from .identities import KeyFile, plain_blob, read_public
from .ssh_config import Target
from .userauth import PublicKey

HeldKey = tuple[PublicKey, paramiko.PKey]
Offer = tuple[PublicKey | None, paramiko.PKey | KeyFile]


def candidates(target: Target, files: Sequence[KeyFile], held: Sequence[HeldKey]) -> Iterator[Offer]:
    """Yields the keys to show, each with its signer, in ssh's order.

    Certificates of CertificateFile; keys of the agent (`held`) that the configuration names; its other keys;
    key files. A server gives up after a handful.
    """
    for public, key in _ordered(target, files, held):
        if public is None or _is_allowed(target, public):
            yield public, key


def _ordered(target: Target, files: Sequence[KeyFile], held: Sequence[HeldKey]) -> Iterator[Offer]:
    # Where certificates are named, those beside the key files do not count.
    of_files: list[tuple[PublicKey | None, KeyFile]] = [
        (public, file)
        for file in files
        for public in ([file.public] if target.certificate_files else file.shown())
    ]
    named = {public.blob for public, _ in of_files if public is not None}
    for path in target.certificate_files:
        certificate = read_public(path)
        signer = _signer(certificate, target, files, held, named) if certificate is not None else None
        if signer is not None:
            yield certificate, signer
    ours = sorted(held, key=lambda item: item[0].blob not in named)
    shown = set()
    for public, key in ours:
        if public.blob in named or not target.identities_only:
            shown.add(public.blob)
            yield public, key
    plain = {public.blob: key for public, key in held}
    for public_half, file in of_files:
        if public_half is not None and public_half.blob in shown:
            continue
        if file.private:
            yield public_half, file
        elif public_half is not None and plain_blob(public_half) in plain:
            yield public_half, plain[plain_blob(public_half)]


def _signer(
    certificate: PublicKey,
    target: Target,
    files: Sequence[KeyFile],
    held: Sequence[HeldKey],
    named: set[bytes],
) -> paramiko.PKey | KeyFile | None:
    """Finds the key, file or agent that has the private key of a certificate."""
    blob = plain_blob(certificate)
    for public, key in held:
        if public.blob == blob and (blob in named or not target.identities_only):
            return key
    return next(
        (file for file in files if file.private and file.public is not None and file.public.blob == blob),
        None,
    )


def _is_allowed(target: Target, public: PublicKey) -> bool:
    """True if PubkeyAcceptedAlgorithms and RequiredRSASize let the key be offered."""
    algorithm = public.algorithm
    names = [algorithm]
    if algorithm.startswith("ssh-rsa"):
        bits = paramiko.RSAKey(data=plain_blob(public)).get_bits()
        if bits < target.rsa_bits:
            return False
        names = [algorithm.replace("ssh-rsa", name) for name in ("rsa-sha2-512", "rsa-sha2-256")]
    return any(target.allows("pubkeyacceptedalgorithms", name) for name in names)
