"""The console on Windows: its commands, files, pictures, TUI and demo in the real Windows Python."""

from __future__ import annotations

import json
import textwrap

import pytest

from support.windows_console import WindowsConsole


def test_a_host_is_kept_in_the_user_s_profile_and_not_in_the_agent_s_folder(console: WindowsConsole) -> None:
    assert console.run("hosts", "add", "lab", "--address", "10.0.0.1").code == 0
    assert json.loads(console.run("hosts", "--json").stdout) == [{"name": "lab", "address": "10.0.0.1"}]
    local = console.home / "AppData" / "Local"
    assert (local / "deskconsole-console" / "hosts.toml").is_file()
    assert not (local / "deskconsole").exists()


def test_a_refusal_is_one_sentence_with_its_exit_code(console: WindowsConsole) -> None:
    said = console.run("stats", "--direct", "127.0.0.1:9", "--token-file", "missing").refusal(2)
    assert "cannot use the token file missing: No such file or directory" in said


@pytest.mark.long
def test_the_demo_s_hosts_stream_exactly(console: WindowsConsole) -> None:
    said = console.run("demo", "--headless", "1", "--json")
    results = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(each["state"], each["exact"]) for each in results] == [("streaming", True)] * 3, said


def test_a_proxy_command_carries_both_ways_and_ends_with_its_link(console: WindowsConsole) -> None:
    source = """
        import sys, threading
        from deskconsole.ssh.sockets import ProxyCommand

        # A program that sends back what comes, as a proxy to an echoing host would.
        echo = "import os; [os.write(1, x) for x in iter(lambda: os.read(0, 999), b'')]"
        proxy = ProxyCommand(f'"{sys.executable}" -I -S -c "{echo}"', "lab")
        data = bytes(range(256)) * 1000
        threading.Thread(target=proxy.sock.sendall, args=(data,)).start()
        got = b""
        while len(got) < len(data):
            got += proxy.sock.recv(65536)
        proxy.close()
        failing = ProxyCommand(f'"{sys.executable}" -I -S -c "sys.exit(1)"', "lab")
        end = failing.sock.recv(1)
        print(got == data, proxy._process.returncode is not None, end, failing.complaint()[:9])
        failing.close()
    """
    said = console.python(textwrap.dedent(source))
    assert said.stdout == "True True b'' NameError\n", said
