"""A person for tests: answers the questions of connecting as told, and remembers what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from deskconsole.ssh.questions import SecretRequest, UnknownHostKey


class Answers:
    """Trusts every host key unless told not to; gives the secrets in turn, then None (called off)."""

    def __init__(
        self,
        secrets: Iterable[str | None] = (),
        *,
        trust: bool = True,
        when_asked: Callable[[], None] | None = None,
    ) -> None:
        self._secrets = list(secrets)
        self._trust = trust
        self._when_asked = when_asked
        self.host_keys: list[UnknownHostKey] = []
        self.requests: list[SecretRequest] = []

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        self.host_keys.append(question)
        if self._when_asked is not None:
            self._when_asked()
        return self._trust

    def secret(self, request: SecretRequest) -> str | None:
        self.requests.append(request)
        if self._when_asked is not None:
            self._when_asked()
        return self._secrets.pop(0) if self._secrets else None
