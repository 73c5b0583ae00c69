"""The command line without a host: help, slips of the finger, the inventory, results that go nowhere."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from deskconsole import __version__
from deskconsole.cli.recordings import but_failed_recording
from deskconsole.cli.targets import find_host
from deskconsole.common.counted import counted
from deskconsole.common.errors import ConfigurationError, RecordingError
from deskconsole.common.paths import Paths
from deskconsole.session.events import Event, Failure, RecordingEnded
from support.command_line import CommandLine

COMMANDS = (
    "demo",
    "view",
    "stats",
    "shot",
    "type",
    "key",
    "click",
    "deploy",
    "undeploy",
    "doctor",
    "listen",
    "diff",
    "hosts",
)


@pytest.fixture
def user(tmp_path: Path) -> CommandLine:
    """Somebody who has never used the console."""
    return CommandLine(tmp_path / "user")


def test_help_names_every_command_and_the_exit_codes(user: CommandLine) -> None:
    said = user.run("--help")
    assert (said.code, said.stderr) == (0, "")
    for command in COMMANDS:
        assert f"\n  {command} " in said.stdout
    assert "130 cancelled" in said.stdout
    for listed in (said.stdout, user.run("hosts", "--help").stdout, user.run("runtime", "--help").stdout):
        assert "..." not in listed.partition("\nCommands:\n")[2], "a summary is cut at 80 columns"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, user: CommandLine) -> None:
    said = user.run(command, "-h")
    assert said.code == 0
    assert said.stdout.startswith(f"Usage: deskconsole {command} ")
    assert "<str>" not in said.stdout
    assert "list[" not in said.stdout
    assert "--json" in said.stdout


def modules_after(user: CommandLine, *arguments: str) -> set[str]:
    """The modules that a command has imported by its end."""
    program = "import sys; from deskconsole.cli.main import run; run(); print(*sys.modules, file=sys.stderr)"
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=user.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(process.stderr.split())


def test_help_loads_nothing_that_takes_its_time(user: CommandLine) -> None:
    heavy = {"asyncssh", "cv2", "msgspec", "numpy", "paramiko", "rich", "textual", "tomlkit"}
    assert not heavy & modules_after(user, "--help")


def test_a_command_loads_no_other_command(user: CommandLine) -> None:
    modules = modules_after(user, "shot", "--help")
    assert "deskconsole.cli.view" in modules
    assert not {f"deskconsole.cli.{name}" for name in ("recordings", "hosts", "doctor", "fleet")} & modules


def test_version_is_printed(user: CommandLine) -> None:
    assert user.run("--version").stdout == f"deskconsole {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("veiw",), "'view'"),
        (("hosts", "ad"), "'add'"),
        (("demo", "--headles"), "--headless"),
        (("click", "h", "1", "2", "--frce"), "No such option: --frce"),
    ],
)
def test_a_mistyped_command_is_corrected_in_one_sentence(
    arguments: tuple[str, ...], hint: str, user: CommandLine
) -> None:
    said = user.run(*arguments)
    assert (said.code, said.stdout) == (2, "")
    assert hint in said.stderr


def test_completion_is_offered(user: CommandLine) -> None:
    environment = {
        "_DESKCONSOLE_COMPLETE": "complete_bash",
        "COMP_WORDS": "deskconsole un",
        "COMP_CWORD": "1",
    }
    assert user.run(environment=environment).stdout.split() == ["undeploy"]


def test_every_field_of_a_host_can_be_given_and_changed(user: CommandLine) -> None:
    fields = {
        "address": "10.0.3.1", "port": 2222, "user": "alice", "identity_file": "~/key", "jump": "gate:22",
        "display": 2, "x_display": ":1", "x_authority": "/run/a", "python": "/opt/python3",
        "folder": "/opt/of mine", "run_level": "highest", "control": "never",
        "consent": "always", "keyboard": "position", "group": "lab",
    }  # fmt: skip
    options = [
        text for field, value in fields.items() for text in (f"--{field.replace('_', '-')}", str(value))
    ]
    assert user.run("hosts", "add", "one", *options, "--json").json() == {"name": "one", **fields}
    said = user.run("hosts", "add", "two")
    assert (said.code, said.stdout, said.stderr) == (0, "", f"two is in {user.hosts}\n")
    edited = user.run(
        "hosts", "edit", "one", "--rename", "first", "--port", "0", "--jump", "", "--user", "bob"
    )
    assert edited.code == 0
    left = {key: value for key, value in fields.items() if key not in ("port", "jump")}
    first = {"name": "first", **left, "user": "bob"}
    assert json.loads(user.run("hosts", "--json").stdout) == [first, {"name": "two"}]
    assert [line.split()[0] for line in user.run("hosts").stdout.splitlines()] == ["name", "first", "two"]
    assert user.run("hosts", "remove", "two", "--json").json() == {"name": "two"}
    assert json.loads(user.run("hosts", "--json").stdout) == [first]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "lab", "--port", "70000"), "port must be a whole number from 1 to 65535, not 70000"),
        (("add", "lab", "--x-display", "one"), "x_display must be an X display such as :0"),
        (("add", "lab", "--run-level", "admin"), "run_level must be least or highest, not 'admin'"),
        (("add", "a/b"), "name must be"),
        (("add", "known"), "there is a host called 'known' already"),
        (("edit", "knwon", "--port", "3"), "Did you mean 'known'?"),
        (("edit", "known", "--jump", "a b"), "jump must be"),
        (("remove", "nobody"), "there is no host called 'nobody'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_a_host_cannot_be_is_said_and_changes_nothing(
    arguments: tuple[str, ...], words: str, user: CommandLine
) -> None:
    user.add_host("known", group="lab")
    before = user.hosts.read_bytes()
    assert words in user.run("hosts", *arguments).refusal(2)
    assert user.hosts.read_bytes() == before


def test_an_empty_inventory_says_what_to_do(user: CommandLine) -> None:
    said = user.run("hosts")
    assert (said.code, said.stdout) == (0, "")
    assert "deskconsole hosts add" in said.stderr
    assert user.run("hosts", "--json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("command", "stdin", "words"),
    [
        ("type", b"caf\xe9", "what came on stdin is no UTF-8 text"),
        ("type", b"a" * 256_001, "what came on stdin is longer than 64,000 characters"),
        ("clip put", b"a" * 256_001, "what came on stdin is longer than 64,000 characters"),
        ("type", b"a" * 64_001, "the text has 64,001 characters"),
    ],
)
def test_a_text_on_stdin_that_cannot_go_to_a_host_is_refused_before_it_is_all_read(
    command: str, stdin: bytes, words: str, user: CommandLine
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deskconsole", *command.split(), "lab", "-"],
        env=user.environment, check=False, input=stdin, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in done.stderr.decode()


def test_an_argument_that_is_not_utf_8_is_refused_in_one_sentence(user: CommandLine) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deskconsole", "type", "lab", b"caf\xe9"],
        env=user.environment, check=False, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, b"deskconsole: the text is not UTF-8\n")


def test_a_broken_pipe_is_no_news(user: CommandLine) -> None:
    user.add_host("lab")
    with user.started("hosts") as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, stderr = process.communicate(timeout=90)
    assert stderr == ""


def test_json_onto_a_full_disk_is_an_error(user: CommandLine) -> None:
    user.add_host("lab")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "deskconsole", "hosts", "--json"],
            env=user.environment, check=False, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "deskconsole: the result cannot be written to stdout: No space left on device\n"


def test_diff_frames_what_changed(user: CommandLine, tmp_path: Path) -> None:
    before = np.zeros((60, 80, 3), np.uint8)
    after = before.copy()
    after[20:30, 40:60] = (255, 0, 0)
    for name, picture in (("before", before), ("after", after)):
        assert cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    arguments = ("diff", tmp_path / "before.png", tmp_path / "after.png", "-o", tmp_path / "marked.png")
    report = user.run(*arguments, "--json").json()
    assert report == {
        "areas": 1, "changed_pixels": 200, "width": 80, "height": 60,
        "rectangles": [{"x": 40, "y": 20, "width": 20, "height": 10}], "file": str(tmp_path / "marked.png"),
    }  # fmt: skip
    assert (tmp_path / "marked.png").exists()
    said = user.run(*arguments, "--threshold", "255")
    assert (said.code, said.stdout) == (0, "")
    assert said.stderr == f"{tmp_path / 'marked.png'}: 0 areas, 0 pixels changed\n"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("root@127.0.0.1:99999", "port must be a whole number from 1 to 65535, not 99999"),
        ("root@127.0.0.1:abc", "port must be a whole number from 1 to 65535, not 'abc'"),
        ("@127.0.0.1", "user must be a user name without spaces at its ends, not ''"),
        (":22", "the address before the port is missing"),
        ("", "name must be a text of 1 to 64 characters"),
        ("-oProxyCommand=x", "with no dash or space at its beginning, not '-oProxyCommand=x'"),
    ],
)
def test_bad_host_fields_are_refused(host: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(words)) as caught:
        find_host(host, Paths.below(tmp_path))
    assert "deskconsole hosts" in caught.value.remedy


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("desk@[::1]:21614", ("::1", "desk", 21614)),
        ("[::1]:21614", ("::1", None, 21614)),
        ("desk@[::1]", ("::1", "desk", None)),
        ("desk@[fe80::1%lo]:21615", ("fe80::1%lo", "desk", 21615)),
        ("ssh://desk@lab-01:22", ("lab-01", "desk", 22)),
        ("desk@lab-01:22", ("lab-01", "desk", 22)),
    ],
)
def test_a_destination_means_the_same_as_an_argument_and_in_the_list(
    typed: str, meant: tuple[str, str | None, int | None], user: CommandLine
) -> None:
    def place(host: dict[str, Any]) -> tuple[str, str | None, int | None]:
        return host.get("address", host["name"]), host.get("user"), host.get("port")

    paths = Paths.below(user.home)
    found = find_host(typed, paths)
    assert (found.target, found.user, found.port) == meant
    added = user.run("hosts", "add", typed, "--json").json()
    assert place(added) == meant
    assert find_host(typed, paths).name == added["name"]
    assert place(user.run("hosts", "add", "one", "--address", typed, "--json").json()) == meant
    user.run("hosts", "add", "two", "--address", "10.0.0.1", "--user", "ann", "--port", "5")
    edited = user.run("hosts", "edit", "two", "--address", typed, "--json").json()
    assert place(edited) == (meant[0], meant[1] or "ann", meant[2] or 5)


def test_an_address_that_contradicts_an_option_is_refused(user: CommandLine) -> None:
    said = user.run("hosts", "add", "one", "--address", "root@10.0.0.1:22", "--user", "ann")
    assert (said.code, said.stdout) == (2, "")
    assert "the address says user root, the field user says ann" in said.stderr


def test_seconds_out_of_range_are_refused(user: CommandLine) -> None:
    commands = [["stats", "lab", "--seconds", text] for text in ("inf", "nan", "-1", "10000001", "soon")]
    commands += [["view", "lab", "--json", "--seconds", "inf"], ["listen", "--seconds", "inf"]]
    commands += [["demo", "--headless", "inf"]]
    for said in user.run_all(*commands):
        assert (said.code, said.stdout) == (2, "")
        sentence = said.stderr.splitlines()[-1]
        assert sentence.startswith("Error: Invalid value for '--")
        assert sentence.endswith(" seconds.")
    said = user.run("record", "lab", "-o", "lab.deskrec", "--ring", "banana")
    assert "'banana' is no time: give 10m, 2h or a number of seconds." in " ".join(said.stderr.split())


def test_what_ended_a_recording_is_said_once_by_the_error() -> None:
    ends = [
        RecordingEnded(host="lab", file="a", seconds=1, size=1, failure=failure)
        for failure in (None, Failure.of(RecordingError("the disk is full")))
    ]
    heard: list[Event] = []
    for event in ends:
        but_failed_recording(heard.append)(event)
    assert heard == ends[:1]


def test_a_recording_with_the_name_of_a_film_is_refused_and_export_is_named(
    user: CommandLine, tmp_path: Path
) -> None:
    said = user.run("record", "lab", "-o", tmp_path / "z.mp4").refusal(2)
    assert "would be a recording, and no .mp4 file" in said
    assert "is not UTF-8" in user.run("record", "lab", "-o", tmp_path / "z\udcff.deskrec").refusal(2)
    assert "`deskconsole export` makes a film of it" in said
    assert not (tmp_path / "z.mp4").exists()


def test_an_edit_without_changes_is_refused(user: CommandLine) -> None:
    user.add_host("lab")
    assert user.run("hosts", "edit", "lab").refusal(2).startswith("nothing was given to change of lab\n")


def test_words_for_one_thing_are_singular() -> None:
    assert [counted(number, "agent") for number in (0, 1, 1200)] == ["0 agents", "1 agent", "1,200 agents"]


def test_listen_says_why_it_cannot_listen(user: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        listen = ("listen", "--json", "--seconds", "0")
        commands = (
            [*listen, "--port", port],
            [*listen, "--host", "nowhere.invalid"],
            [*listen, "--host", "192.0.2.1"],
        )
        busy, unknown, foreign = [said.refusal(2) for said in user.run_all(*commands)]
    assert busy.startswith(f"cannot listen on 127.0.0.1:{port}: another program listens there\n")
    assert unknown.startswith("cannot listen on nowhere.invalid:8080: there is no address of that name\n")
    assert foreign.startswith("cannot listen on 192.0.2.1:8080: this machine has no such address\n")
