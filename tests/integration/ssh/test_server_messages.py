"""What a server says around a login: banners, links to open, menus, accounts that are closed.

asyncssh's server plays what OpenSSH's cannot without a user of the machine (passwords that ran out, menus); a
closed account is a real sshd's with PAM, below a service name of its own.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from deskconsole.common.errors import AuthenticationFailed, Cancelled, ConnectionFailed
from deskconsole.ssh import userauth
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.prompts import NoQuestions
from deskconsole.ssh.secrets import Secrets
from support.answers import Answers
from support.peers.login_server import Interactive, Server, serving
from support.sshd import Sshd

Dial = Callable[..., Connection]

LINK = "To go on, open this in a browser:\n\n  https://login.example/a/1b2c\n"

MENU = """Duo two-factor login for someone

Enter a passcode or select one of the following options:

 1. Duo Push to XXX-XXX-1234
 2. Phone call to XXX-XXX-1234
 3. Call to the desk phone that stands in the hall of the second floor
 4. SMS passcodes to XXX-XXX-1234 (next code starts with: 2)

Passcode or option (1-4): """


@pytest.fixture
def plain_config(tmp_path: Path) -> Path:
    path = tmp_path / "plain_config"
    path.write_text("User someone\nIdentityFile none\nIdentityAgent none\nUserKnownHostsFile none\n")
    return path


@pytest.fixture
def log_in(dial: Dial, plain_config: Path) -> Callable[..., Connection]:
    def make(port: int, questions: object, **arguments: object) -> Connection:
        return dial(None, questions, address="127.0.0.1", port=port, ssh_config=plain_config, **arguments)

    return make


LogIn = Callable[..., Connection]


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told after seconds of waiting is told at once."""
    monkeypatch.setattr(userauth, "_WAITING_AFTER", 0.0)


@pytest.mark.usefixtures("_quick")
def test_a_login_by_a_link_is_shown_while_the_server_waits(log_in: LogIn) -> None:
    opened = threading.Event()

    class ByLink(Server):
        async def begin_auth(self, username: str) -> bool:  # type: ignore[override]
            self.connection.send_auth_banner(LINK)
            await asyncio.get_running_loop().run_in_executor(None, opened.wait, 20)
            return False

    class Person(Answers):
        def tell(self, message: object) -> None:
            super().tell(message)  # type: ignore[arg-type]
            if self.messages[-1].waiting:
                opened.set()

    person = Person()
    with serving(ByLink) as port:
        log_in(port, person)
    first, waiting = person.messages
    assert not first.waiting
    assert waiting.waiting
    assert first.text.splitlines() == waiting.text.splitlines() == LINK.strip().splitlines()
    assert (first.host, first.connecting) == ("lab", "lab")


@pytest.mark.usefixtures("_quick")
def test_a_login_that_waits_for_a_link_can_be_cancelled(log_in: LogIn) -> None:
    cancelled, done = threading.Event(), threading.Event()

    class ByLink(Server):
        async def begin_auth(self, username: str) -> bool:  # type: ignore[override]
            self.connection.send_auth_banner(LINK)
            await asyncio.get_running_loop().run_in_executor(None, done.wait, 20)
            return True

    class Person(Answers):
        def tell(self, message: object) -> None:
            cancelled.set()

    with serving(ByLink) as port:
        try:
            with pytest.raises(Cancelled):
                log_in(port, Person(), cancelled=cancelled)
        finally:
            done.set()


def test_a_link_that_is_never_opened_ends_with_what_the_server_said(
    log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(userauth, "_ANSWER_TIMEOUT", 5.0)
    monkeypatch.setattr(userauth, "_PERSON_TIMEOUT", 0.3)
    monkeypatch.setattr(userauth, "_PERSON_TIMEOUT_MAX", 0.5)
    done = threading.Event()

    class ByLink(Server):
        async def begin_auth(self, username: str) -> bool:  # type: ignore[override]
            self.connection.send_auth_banner(LINK)
            await asyncio.get_running_loop().run_in_executor(None, done.wait, 20)
            return True

    with serving(ByLink) as port:
        try:
            with pytest.raises(
                AuthenticationFailed, match=r"the server says: .*https://login.example/a/1b2c"
            ):
                log_in(port, Answers())
        finally:
            done.set()


def test_a_server_that_waits_for_a_person_gets_minutes_and_a_silent_one_half_a_minute() -> None:
    assert userauth._ANSWER_TIMEOUT == 30
    assert userauth._PERSON_TIMEOUT >= 120


def test_an_expired_password_is_named_as_such(log_in: LogIn) -> None:
    class RunOut(Server):
        async def validate_password(self, username: str, password: str) -> bool:
            raise asyncssh.PasswordChangeRequired("Your password expired on Monday.\nNew password:")

    with (
        serving(RunOut) as port,
        pytest.raises(AuthenticationFailed, match="has expired and must be changed") as caught,
    ):
        log_in(port, Answers(["right"]))
    assert str(caught.value) == (
        f"the password of someone@127.0.0.1:{port} has expired and must be changed; the server says: "
        "Your password expired on Monday. New password:"
    )
    assert "ssh" in caught.value.remedy
    assert caught.value.exit_code == 5


def test_a_menu_keeps_its_lines_and_its_question(log_in: LogIn) -> None:
    class Menu(Interactive):
        rounds = (("", "", [(MENU, True)], ["1"]),)

    answers = Answers(["1"])
    with serving(Menu) as port:
        log_in(port, answers)
    (request,) = answers.requests
    assert request.prompt == MENU.strip()
    assert (request.kind, request.echo) == ("code", True)
    assert request.account == f"someone@127.0.0.1:{port}"


def test_several_prompts_come_with_name_and_instruction_and_their_own_echo(log_in: LogIn) -> None:
    class Both(Interactive):
        rounds = (
            (
                "Bank of Examples",
                "Two things, please.\nBoth on your card.",
                [("Word: ", False), ("Code: ", True)],
                ["w", "123"],
            ),
        )

    answers, secrets = Answers(["w", "123"]), Secrets()
    with serving(Both) as port:
        log_in(port, answers, secrets=secrets)
    around = "Bank of Examples\nTwo things, please.\nBoth on your card.\n"
    assert [(request.prompt, request.echo) for request in answers.requests] == [
        (around + "Word:", False),
        (around + "Code:", True),
    ]
    assert repr(secrets) == "<Secrets: 0 kept>"


def test_a_long_prompt_is_bounded(log_in: LogIn) -> None:
    class Endless(Interactive):
        rounds = (("", "", [("x" * 30_000, False)], ["1"]),)

    answers = Answers(["1"])
    with serving(Endless) as port:
        log_in(port, answers)
    assert 1000 < len(answers.requests[0].prompt) < 10_000


def test_words_without_a_question_are_told(log_in: LogIn) -> None:
    class Push(Interactive):
        rounds = (
            ("", "", [("Password: ", False)], ["right"]),
            ("", "Pushed a request to your phone...", [], []),
        )

    answers = Answers(["right"])
    with serving(Push) as port:
        log_in(port, answers)
    assert [message.text for message in answers.messages] == ["Pushed a request to your phone..."]


def test_a_kept_password_is_not_given_as_the_new_one(log_in: LogIn) -> None:
    class First(Interactive):
        rounds = (("", "", [("Password: ", False)], ["right"]),)

    class RunOut(Interactive):
        rounds = (
            ("", "", [("Password: ", False)], ["right"]),
            ("", "You must change your password.", [("New password: ", False)], ["newer"]),
        )

    logins: Iterator[Interactive] = iter([First(), RunOut()])
    secrets, answers = Secrets(), Answers(["right", "newer"])
    with serving(lambda: next(logins)) as port:
        log_in(port, answers, secrets=secrets).close()
        log_in(port, answers, secrets=secrets).close()
    assert [request.prompt for request in answers.requests] == [
        "Password:",
        "You must change your password.\nNew password:",
    ]


def test_a_refused_login_ends_with_what_the_server_said(log_in: LogIn) -> None:
    class Strict(Server):
        def begin_auth(self, username: str) -> bool:
            self.connection.send_auth_banner("Only members of staff may log in here.\nAsk desk 7.\n")
            return True

    with serving(Strict) as port, pytest.raises(AuthenticationFailed) as caught:
        log_in(port, Answers(["a", "b", "c"]))
    assert str(caught.value).endswith("; the server says: Only members of staff may log in here. Ask desk 7.")


def test_a_banner_of_no_text_does_no_harm(make_sshd: Callable[..., Sshd], dial: Dial, tmp_path: Path) -> None:
    banner = tmp_path / "banner"
    banner.write_bytes(b"\x1b]0;owned\x07 [/bad] \xff\xfe\n" * 5)
    answers = Answers()
    dial(make_sshd(options={"Banner": str(banner)}), answers).run("true")
    (message,) = answers.messages
    assert "owned" in message.text
    assert not message.waiting


def test_a_flood_of_banners_is_cut(log_in: LogIn) -> None:
    class Flood(Server):
        def begin_auth(self, username: str) -> bool:
            for number in range(2000):
                self.connection.send_auth_banner(f"{number} " + "x" * 1000)
            return True

    answers = Answers(["right"])
    with serving(Flood) as port:
        log_in(port, answers)
    assert len(answers.messages) <= 256


@pytest.fixture
def closed_by_pam(make_sshd: Callable[..., Sshd], tmp_path: Path) -> Iterator[Callable[[str], Sshd]]:
    """A real sshd whose PAM stack says something and lets no account in."""
    if os.geteuid() != 0:
        pytest.skip("a PAM service of its own can be made by root only")
    name = f"sshd-test-{uuid.uuid4().hex[:12]}"
    service = Path("/etc/pam.d") / name
    program = tmp_path / name
    program.symlink_to("/usr/sbin/sshd")

    def make(words: str) -> Sshd:
        said = tmp_path / "said"
        said.write_text(words)
        service.write_text(
            f"auth required pam_permit.so\naccount optional pam_echo.so file={said}\n"
            "account required pam_deny.so\nsession required pam_permit.so\n"
        )
        server = make_sshd(options={"UsePAM": "yes"})
        server.stop()
        server._program = str(program)
        server.start()
        return server

    try:
        yield make
    finally:
        service.unlink(missing_ok=True)


@pytest.mark.parametrize(
    "words",
    [
        "Your account has expired; please contact your system administrator.",
        "System going down. Unprivileged users are not permitted to log in anymore.",
    ],
)
def test_an_account_that_pam_closed_is_told_with_its_reason(
    words: str, closed_by_pam: Callable[[str], Sshd], dial: Dial
) -> None:
    server = closed_by_pam(words)
    seen = subprocess.run(
        ["ssh", "-F", str(server.client_config), "-o", "StrictHostKeyChecking=accept-new", "-o",
         "BatchMode=yes", f"sshd-{server.port}", "true"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert words in seen.stderr
    with pytest.raises(AuthenticationFailed) as caught:
        dial(server, NoQuestions())
    assert str(caught.value).startswith(f"{server.user}@127.0.0.1:{server.port} was not let in")
    assert str(caught.value).endswith(f"; the server says: {words}")
    assert caught.value.exit_code == 5


def test_a_connection_that_breaks_during_the_login_is_no_refusal(log_in: LogIn) -> None:
    class Gone(Server):
        def begin_auth(self, username: str) -> bool:
            self.connection.send_auth_banner("Authorised use only.\n")
            return True

        async def validate_password(self, username: str, password: str) -> bool:
            self.connection.abort()
            return False

    with serving(Gone) as port, pytest.raises(ConnectionFailed) as caught:
        log_in(port, Answers(["right"]))
    assert not isinstance(caught.value, AuthenticationFailed)
    assert "before that it said: Authorised use only." in str(caught.value)
