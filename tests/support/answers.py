"""A person for tests: answers the questions of connecting as told, and remembers what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from deskconsole.ssh.prompts import ChangedHostKey, SecretRequest, ServerMessage, UnknownHostKey


class Answers:
    """Trusts every host key unless told not to; gives the secrets in turn, then None (cancelled); forgets no
    key unless told to."""

    def __init__(
        self,
        secrets: Iterable[str | None] = (),
        *,
        trust: bool = True,
        forget: bool = False,
        when_asked: Callable[[], None] | None = None,
    ) -> None:
        self._secrets = list(secrets)
        self._trust = trust
        self._forget = forget
        self._when_asked = when_asked
        self.host_keys: list[UnknownHostKey] = []
        self.changed_keys: list[ChangedHostKey] = []
        self.requests: list[SecretRequest] = []
        self.messages: list[ServerMessage] = []

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        self.host_keys.append(question)
        if self._when_asked is not None:
            self._when_asked()
        return self._trust

    def forget_host_key(self, question: ChangedHostKey) -> bool:
        self.changed_keys.append(question)
        return self._forget

    def tell(self, message: ServerMessage) -> None:
        self.messages.append(message)

    def secret(self, request: SecretRequest) -> str | None:
        self.requests.append(request)
        if self._when_asked is not None:
            self._when_asked()
        return self._secrets.pop(0) if self._secrets else None
