"""Logging in: which keys, passwords and answers are tried, and in what order. Nothing is stored on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from deskconsole.common.errors import AuthenticationFailed, Cancelled, ConfigurationError, DeskconsoleError

from .identities import Agent, KeyFile, UnusableKey, WrongPassphrase, public_key
from .offers import candidates
from .prompts import NoQuestions, Questions, SecretRequest, ServerMessage
from .secrets import Secrets, WrongBefore
from .ssh_config import Target
from .transport import WINDOWS_SERVER, SshTransport
from .userauth import AuthAnswer, Prompt, Round, UserAuth

_ROUNDS = 8  # a server may want several methods, one after the other, but not without end

_ON_WINDOWS = (
    "Put the public key into %ProgramData%\\ssh\\administrators_authorized_keys there where the user is an "
    "administrator (only Administrators and SYSTEM may have access to that file, else it is ignored), and "
    "otherwise into .ssh\\authorized_keys in the user's profile; check the user name. See that no "
    "AllowGroups in sshd_config keeps the user out: on Server 2025 a plain user has to be in OpenSSH Users. "
    "An account of Entra ID cannot log in by SSH: use a local one or one of a domain."
)

_Answer = Callable[[str, str, bool], str]
"""(kind of secret, prompt, whether it may be seen) -> what the person says."""
_Attempt = Callable[[_Answer], AuthAnswer]


def authenticate(
    link: SshTransport,
    target: Target,
    questions: Questions,
    secrets: Secrets,
    required_key: Path | None = None,
) -> None:
    """Log in, or raise AuthenticationFailed with what was tried, Cancelled, ConnectionFailed.

    The order is ssh's: keys of the agent, key files, keyboard-interactive, password; on Windows
    keyboard-interactive is the last. `required_key` is a key file that the user named for this host:
    ConfigurationError where it is not there.
    """
    if required_key is not None and not (
        required_key.exists() or required_key.with_name(required_key.name + ".pub").exists()
    ):
        raise ConfigurationError(
            f"the key file {required_key} of {target.label} does not exist",
            remedy="Correct the host's identity file, or leave it empty.",
        )
    _Login(link, target, questions, secrets).run()


@dataclass(slots=True)
class _Login:
    link: SshTransport
    target: Target
    questions: Questions
    secrets: Secrets
    offered: int = 0
    refused: list[str] = field(default_factory=list)
    """Methods and keys that were not accepted, for the message."""
    remedies: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    """Key files that the server would accept and no person opened."""

    def run(self) -> None:
        dialogue = UserAuth(self.link, self.target.user, self.target.where, self._hear)
        try:
            self._methods(dialogue)
        except AuthenticationFailed as error:
            said = dialogue.said()
            if not said or said in str(error):
                raise
            raise AuthenticationFailed(f"{error}; the server says: {said}", remedy=error.remedy) from error

    def _methods(self, dialogue: UserAuth) -> None:
        verdict = dialogue.none()
        done: set[str] = set()
        for _ in range(_ROUNDS):
            if verdict.accepted:
                return
            method = next(
                (m for m in self._preferred() if m in verdict.methods and m not in done),
                None,
            )
            if method is None:
                raise self._failure(verdict.methods)
            if method == "publickey":
                verdict = self._keys(dialogue, verdict)
            elif method == "keyboard-interactive":
                verdict = self._interactive(dialogue, verdict)
            else:
                verdict = self._password(dialogue, verdict)
            if not verdict.partial:
                done.add(method)
        if not verdict.accepted:
            raise self._failure(verdict.methods)

    def _preferred(self) -> list[str]:
        # Windows' server offers keyboard-interactive and has nothing that would ask: the attempt fails, and
        # it counts among the 6 after which the server hangs up.
        windows = WINDOWS_SERVER in self.link.remote_version
        return sorted(self.target.methods, key=lambda method: windows and method == "keyboard-interactive")

    # Keys

    def _keys(self, dialogue: UserAuth, verdict: AuthAnswer) -> AuthAnswer:
        agent = Agent(self.target.agent)
        try:
            for public, key in candidates(self.target, self._files(), agent.keys()):
                self.offered += 1
                if public is not None:
                    verdict = dialogue.query(public)
                    if verdict.partial:
                        return verdict
                    if not verdict.accepted:
                        continue
                private = key if isinstance(key, paramiko.PKey) else self._opened(key)
                if private is None:
                    continue
                try:
                    verdict = dialogue.sign(public or public_key(private), private)
                except (paramiko.SSHException, OSError) as error:
                    self.refused.append(f"the agent did not sign ({error})")
                    continue
                if verdict.accepted or verdict.partial:
                    return verdict
        finally:
            agent.close()
        # What a query was answered with may say "accepted" though the key was then not usable.
        return AuthAnswer(accepted=False, methods=verdict.methods or ("publickey",))

    def _files(self) -> list[KeyFile]:
        files = []
        for path in self.target.identity_files:
            try:
                files.append(KeyFile.inspect(path))
            except FileNotFoundError:
                continue
            except UnusableKey as error:
                self._note(error)
        return files

    def _opened(self, file: KeyFile) -> paramiko.PKey | None:
        if not file.encrypted:
            try:
                return file.open(None)
            except UnusableKey as error:
                self._note(error)
                return None
        subject = str(file.path)
        keys = self.secrets.keys
        for attempt in range(1, self.target.password_prompts + 1):
            try:
                if (opened := keys.recall(file.path)) is not None:
                    return opened
                passphrase = self._ask(
                    SecretRequest(
                        host=self.target.label,
                        kind="passphrase",
                        prompt=f"Passphrase for {subject}",
                        attempt=attempt,
                        key_file=subject,
                    )
                )
                if passphrase is None:
                    self._locked(file)
                    return None
                return keys.open(file.path, passphrase, file.open)
            except (WrongPassphrase, WrongBefore):
                continue
            except UnusableKey as error:
                self._note(error)
                return None
            except OSError as error:
                self._note(UnusableKey(f"the key {subject} cannot be read: {error.strerror}"))
                return None
        self.refused.append(f"the passphrase of {subject} was wrong {_times(self.target.password_prompts)}")
        return None

    def _locked(self, file: KeyFile) -> None:
        self.offered -= 1
        if file.public is None:  # it was not shown to the server
            self.refused.append(f"the key {file.path} needs its passphrase and nobody can be asked")
        else:
            self.locked.append(f"the key {file.path} would be accepted, but needs its passphrase")
        self.remedies.append("Run it in a terminal, or add the key to your SSH agent.")

    def _note(self, error: DeskconsoleError) -> None:
        self.refused.append(str(error))
        if error.remedy:
            self.remedies.append(error.remedy)

    # Passwords and questions of the server

    def _password(self, dialogue: UserAuth, verdict: AuthAnswer) -> AuthAnswer:
        prompt = f"Password of {self._subject}"
        return self._attempts(
            verdict,
            lambda answer: dialogue.password(answer("password", prompt, False)),  # noqa: FBT003
        )

    def _interactive(self, dialogue: UserAuth, verdict: AuthAnswer) -> AuthAnswer:
        def attempt_once(answer: _Answer) -> AuthAnswer:
            begun = False

            def respond(asked: Round) -> list[str]:
                nonlocal begun
                first, begun = not begun, True
                return [
                    answer(
                        "password" if first and _is_password(asked) else "code",
                        _asked_text(asked, prompt),
                        prompt.echo,
                    )
                    for prompt in asked.prompts
                ]

            return dialogue.interactive(respond)

        return self._attempts(verdict, attempt_once)

    def _attempts(self, verdict: AuthAnswer, attempt_once: _Attempt) -> AuthAnswer:
        kept = self.secrets.recall("password", self._subject)
        for attempt in range(0 if kept is not None else 1, self.target.password_prompts + 1):
            given: list[str] = []
            codes = 0

            def answer(
                kind: str, prompt: str, echo: bool, attempt: int = attempt, given: list[str] = given
            ) -> str:
                nonlocal codes
                if kind == "code":
                    codes += 1
                elif attempt == 0 and kept is not None:
                    given.append(kept)
                    return kept
                text = self._ask(
                    SecretRequest(
                        host=self.target.label,
                        kind=kind,
                        prompt=prompt,
                        attempt=max(attempt, 1),
                        account=self._subject,
                        echo=echo,
                    )
                )
                if text is None:
                    raise AuthenticationFailed(
                        f"{self._subject} wants a {kind}, and nobody is there to be asked",
                        remedy="Connect from the console's screen, or set up a key.",
                    )
                if kind == "password":
                    given.append(text)
                return text

            verdict = attempt_once(answer)
            if verdict.accepted or verdict.partial:
                if len(given) == 1:
                    self.secrets.keep("password", self._subject, given[0])
                return verdict
            self.secrets.forget("password", self._subject)
            if not given and not codes:
                return verdict  # the method asked nothing: asking again would change nothing
        raise AuthenticationFailed(
            f"{self._subject} did not accept the password or answer, {_times(self.target.password_prompts)}",
            remedy="Check the user name and the password.",
        )

    @property
    def _subject(self) -> str:
        return f"{self.target.user}@{self.target.where}"

    def _hear(self, text: str, waiting: bool) -> None:
        self.questions.tell(ServerMessage(self.target.label, text, waiting))

    def _ask(self, request: SecretRequest) -> str | None:
        answer = self.questions.secret(request)
        if answer is None and not isinstance(self.questions, NoQuestions):
            raise Cancelled(f"logging in to {self.target.label} was cancelled")
        return answer

    def _failure(self, methods: Sequence[str]) -> AuthenticationFailed:
        offers = ", ".join(methods) or "nothing more"
        if self.locked:
            sentence = f"{'; '.join(self.locked)} and nobody can be asked"
        elif self.offered:
            keys = "the key" if self.offered == 1 else f"any of the {self.offered} keys"
            sentence = f"{self._subject} did not accept {keys} offered"
        elif "publickey" in methods:
            sentence = f"there is no key to offer to {self._subject}"
        else:
            sentence = f"{self._subject} offers no way to log in that this console knows"
        if "gssapi-with-mic" in methods or "hostbased" in methods:
            self.remedies.append("The console does not log in with Kerberos or by the client's host key.")
        if self.refused:
            sentence += f"; {'; '.join(dict.fromkeys(self.refused))}"
        remedy = " ".join(dict.fromkeys(self.remedies)) or (
            _ON_WINDOWS
            if WINDOWS_SERVER in self.link.remote_version
            else "Put the public key into that user's ~/.ssh/authorized_keys there; check the user name."
        )
        return AuthenticationFailed(f"{sentence} (the server offers: {offers})", remedy=remedy)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _is_password(asked: Round) -> bool:
    # Only a lone hidden "password" that is asked first is one to keep: an answer to anything else may be good
    # once only, or be the new password of one that has expired.
    (prompt, *more) = asked.prompts
    return not more and not prompt.echo and "password" in prompt.text.lower()


def _asked_text(asked: Round, prompt: Prompt) -> str:
    """The server's words around a prompt, and the prompt itself, with their line breaks."""
    return "\n".join(filter(None, (part.strip() for part in (asked.name, asked.instruction, prompt.text))))
