"""Every keyword that `ssh -G` prints, and what the console makes of it. Data; it reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from deskconsole.common.errors import ConfigurationError


class Use(StrEnum):
    """The console's use of a keyword."""

    HONOURED = "honoured"
    HARMLESS = "without effect"
    WARNED = "named"
    REFUSED = "refused"


class Keyword(NamedTuple):
    """One keyword of ssh_config(5)."""

    name: str
    use: Use
    note: str
    plain: tuple[str, ...] = ("", "none", "no", "false")
    """Values, in lower case, that ask for nothing: neither warned of nor refused."""


_OWN = "the console makes its own choice"
_SESSION = "concerns a session in a terminal"
_FORWARDING = "the console forwards nothing but its own stream"
_LESS = "only makes ssh trust or send more than the console does"


def _harmless(note: str, *names: str) -> tuple[Keyword, ...]:
    return tuple(Keyword(name, Use.HARMLESS, note) for name in names)


def _honoured(*pairs: tuple[str, str]) -> tuple[Keyword, ...]:
    return tuple(Keyword(name, Use.HONOURED, note) for name, note in pairs)


_KEYWORDS: tuple[Keyword, ...] = (
    *_honoured(
        ("Host", "the address as given; patterns, Match and Include are ssh's own"),
        ("HostName", "where to connect to"),
        ("Port", "where to connect to"),
        ("User", "who logs in"),
        ("AddressFamily", "which addresses are tried"),
        ("BindAddress", "the address to connect from"),
        ("BindInterface", "the interface to connect from"),
        ("BatchMode", "`yes`: nothing is asked"),
        ("CanonicalizeHostname", "done by ssh -G"),
        ("CanonicalDomains", "done by ssh -G"),
        ("CanonicalizeFallbackLocal", "done by ssh -G"),
        ("CanonicalizeMaxDots", "done by ssh -G"),
        ("CanonicalizePermittedCNAMEs", "done by ssh -G"),
        ("CertificateFile", "certificates to log in with"),
        ("CASignatureAlgorithms", "host certificates that are signed otherwise do not count"),
        ("Ciphers", "limits what is offered; the order stays the console's"),
        ("ConnectTimeout", "seconds for each hop"),
        ("GlobalKnownHostsFile", "only read"),
        ("HostKeyAlgorithms", "limits what is offered; the order stays the console's"),
        ("HostKeyAlias", "the name to look the host key up by"),
        ("IdentitiesOnly", "of the agent's keys only those that are named"),
        ("IdentityAgent", "which agent is asked"),
        ("IdentityFile", "keys to log in with; a public key names one of the agent's"),
        ("KbdInteractiveAuthentication", "`no`: not tried"),
        ("KexAlgorithms", "limits what is offered; the order stays the console's"),
        ("MACs", "limits what is offered; the order stays the console's"),
        ("NumberOfPasswordPrompts", "how often a password or an answer is asked for"),
        ("PasswordAuthentication", "`no`: not tried"),
        (
            "PreferredAuthentications",
            "which methods are tried, in that order; on Windows the password before keyboard-interactive",
        ),
        ("ProxyCommand", "its streams are the connection"),
        ("ProxyJump", "hosts to go through, each with its own configuration"),
        ("PubkeyAcceptedAlgorithms", "keys of other kinds are not offered"),
        ("PubkeyAuthentication", "`no`: not tried"),
        ("RequiredRSASize", "smaller RSA keys are neither trusted nor offered"),
        ("RevokedHostKeys", "text or KRL; a file that cannot be read refuses every host"),
        ("StrictHostKeyChecking", "`yes`: an unknown key is refused; otherwise a person is asked"),
        ("UserKnownHostsFile", "only read"),
    ),
    Keyword("KnownHostsCommand", Use.REFUSED, "the command may revoke keys, and the console does not run it"),
    Keyword("ProxyUseFdpass", Use.REFUSED, "a ProxyCommand that passes a descriptor cannot be used"),
    Keyword("RefuseConnection", Use.REFUSED, "the configuration forbids this connection"),
    Keyword("CheckHostIP", Use.WARNED, "the console looks the host key up by name only"),
    Keyword("HostbasedAuthentication", Use.WARNED, "the console does not log in by the client's host key"),
    Keyword("PKCS11Provider", Use.WARNED, "keys of a token are used through an SSH agent only"),
    Keyword(
        "SecurityKeyProvider",
        Use.WARNED,
        "security keys are used through an SSH agent only",
        ("", "none", "internal", "$ssh_sk_provider"),
    ),
    *_harmless(
        "Kerberos is not used to log in; a login that fails says that the server offers it",
        "GSSAPIAuthentication",
        "GSSAPIKeyExchange",
        "GSSAPIDelegateCredentials",
        "GSSAPITrustDns",
        "GSSAPIRenewalForcesRekey",
        "GSSAPIServerIdentity",
        "GSSAPIClientIdentity",
        "GSSAPIKexAlgorithms",
    ),
    *_harmless(
        _LESS,
        "AddKeysToAgent",
        "EnableSSHKeysign",
        "ForwardAgent",
        "HashKnownHosts",
        "HostbasedAcceptedAlgorithms",
        "HostbasedKeyTypes",
        "NoHostAuthenticationForLocalhost",
        "SendEnv",
        "SetEnv",
        "UpdateHostKeys",
        "VerifyHostKeyDNS",
    ),
    *_harmless(
        _FORWARDING,
        "ClearAllForwardings",
        "DynamicForward",
        "ExitOnForwardFailure",
        "ForwardX11",
        "ForwardX11Timeout",
        "ForwardX11Trusted",
        "GatewayPorts",
        "LocalForward",
        "PermitRemoteOpen",
        "RemoteForward",
        "StreamLocalBindMask",
        "StreamLocalBindUnlink",
        "Tunnel",
        "TunnelDevice",
        "XAuthLocation",
    ),
    *_harmless(
        _SESSION,
        "ChannelTimeout",
        "ControlMaster",
        "ControlPath",
        "ControlPersist",
        "EnableEscapeCommandline",
        "EscapeChar",
        "ForkAfterAuthentication",
        "LocalCommand",
        "ObscureKeystrokeTiming",
        "PermitLocalCommand",
        "RemoteCommand",
        "RequestTTY",
        "SessionType",
        "StdinNull",
        "Tag",
        "VersionAddendum",
    ),
    *_harmless(
        _OWN,
        "Compression",
        "ConnectionAttempts",
        "FingerprintHash",
        "IPQoS",
        "IgnoreUnknown",
        "LogLevel",
        "LogVerbose",
        "RekeyLimit",
        "ServerAliveCountMax",
        "ServerAliveInterval",
        "SyslogFacility",
        "TCPKeepAlive",
        "VisualHostKey",
        "WarnWeakCrypto",
    ),
)

KEYWORDS: Mapping[str, Keyword] = {entry.name.lower(): entry for entry in _KEYWORDS}
"""Keywords by name in lower case, as `ssh -G` prints it."""


def review(settings: Mapping[str, Sequence[str]], label: str) -> tuple[str, ...]:
    """Sentences on what of a host's settings the console does not do and a user must know.

    Raises ConfigurationError where it would be less safe to continue than ssh, or could not work.
    """
    warnings = []
    for key, values in settings.items():
        entry = KEYWORDS.get(key)
        value = values[-1]
        if entry is None:
            warnings.append(
                f"{key} in the SSH configuration is not known to this console and has no effect here"
            )
        elif entry.use not in (Use.WARNED, Use.REFUSED) or value.lower() in entry.plain:
            continue
        elif entry.use is Use.REFUSED:
            raise ConfigurationError(
                f"{entry.name} is set for {label} in the SSH configuration ({value}): {entry.note}",
                remedy="Remove it for this host to let the console connect; ssh -G shows what is set.",
            )
        else:
            warnings.append(f"{entry.name} {value} in the SSH configuration has no effect here: {entry.note}")
    return tuple(warnings)
