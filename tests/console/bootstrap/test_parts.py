"""The parts of bootstrap that touch no host: words for shells, requirements, pip's settings for uv."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.bootstrap.facts import HostFacts
from deskconsole.bootstrap.posix.wheels import wheels_platform
from deskconsole.bootstrap.remote.posix.probe import numbers
from deskconsole.bootstrap.script import marked, posix_word
from deskconsole.bootstrap.upload import require_room
from deskconsole.common.errors import DeployError, UnsupportedHost
from deskconsole.runtimes.package_index import translated
from deskconsole.runtimes.requirements import Requirement, locked, requirements
from deskconsole.ssh.command import CommandResult


@given(st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_path_reaches_a_program_through_a_shell(path: str) -> None:
    command = f"""printf %s "$(printf %b '{posix_word(path)}')" """
    said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True).stdout
    assert said.decode() == path
    assert re.fullmatch(r"[\w/.+@~\\-]*", posix_word(path), re.ASCII), (
        "nothing that any shell sees something in"
    )


def test_noise_around_an_answer_is_passed_over() -> None:
    noise = b"Welcome!\nm1 not at the start: mark {}\nmark answer\nbye"
    assert marked(CommandResult(0, noise, b""), "mark ") == ["answer"]


def test_the_locked_list_fits_the_requirements() -> None:
    text = locked().decode()
    for requirement in {*requirements("linux"), *requirements("win32")}:
        name = requirement.distributions[0].replace(".", "-")
        versions = re.findall(rf"^{re.escape(name)}==([\d.]+)", text, re.MULTILINE)
        assert versions, name
        for version in versions:
            assert numbers(requirement.lowest) <= numbers(version) < numbers(requirement.below)
    assert "://" not in text, "which index is used is the user's business"


def test_a_host_is_asked_only_for_what_is_made_for_its_system() -> None:
    def modules(rows: tuple[Requirement, ...]) -> set[str]:
        return {row.module for row in rows}

    linux, windows = requirements("linux"), requirements("win32")
    assert modules(linux) ^ modules(windows) == {"Xlib", "dxcam"}
    assert "Xlib" in modules(linux)
    assert {row.module for row in (*linux, *windows) if not row.needed} == {"Xlib", "dxcam"}


@pytest.mark.parametrize(
    ("version", "parsed"),
    [("1.26.4", (1, 26, 4)), ("4.13.0.92", (4, 13, 0, 92)), ("2.5.0rc1", (2, 5, 0)), ("odd", ())],
)
def test_versions_compare_by_their_numbers(version: str, parsed: tuple[int, ...]) -> None:
    assert numbers(version) == parsed


def test_pips_settings_become_uvs(tmp_path: Path) -> None:
    settings = (
        ":env:.index-url='https://env.example/simple'\n"
        "global.extra-index-url='https://a.example/simple https://b.example/simple'\n"
        "global.index-url='https://global.example/simple'\n"
        f"install.find-links='{tmp_path}\\nhttps://wheels.example/all\\n/not/there'\n"
        "global.timeout='60'\n"
        "nonsense\n"
    )
    assert translated(settings) == {
        "UV_DEFAULT_INDEX": "https://env.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": f"{tmp_path},https://wheels.example/all",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    assert translated("") == {}


def facts(machine: str, libc: str, bits: int = 64) -> HostFacts:
    return HostFacts(
        host="lab-01",
        platform="Linux",
        machine=machine,
        python="/usr/bin/python3",
        python_version=(3, 11, 2),
        home="/home/me",
        root="/home/me/.deskconsole",
        folder="/home/me/.deskconsole",
        free=10**12,
        libc=libc,
        bits=bits,
        missing=("numpy",),
    )


@pytest.mark.parametrize(
    ("machine", "libc", "platform"),
    [
        ("x86_64", "glibc 2.36", "x86_64-manylinux_2_28"),
        ("aarch64", "glibc 2.28", "aarch64-manylinux_2_28"),
        ("x86_64", "glibc 2.17", "x86_64-manylinux_2_17"),
    ],
)
def test_the_hosts_platform_in_uvs_words(machine: str, libc: str, platform: str) -> None:
    assert wheels_platform(facts(machine, libc)) == platform


@pytest.mark.parametrize(
    ("machine", "libc", "bits"),
    [("x86_64", "musl", 64), ("riscv64", "glibc 2.39", 64), ("x86_64", "glibc 2.36", 32)],
)
def test_a_platform_without_wheels_is_named(machine: str, libc: str, bits: int) -> None:
    with pytest.raises(UnsupportedHost, match=machine):
        wheels_platform(facts(machine, libc, bits))


def test_only_a_disk_that_is_known_to_be_too_small_refuses() -> None:
    there = facts("x86_64", "glibc 2.36")
    require_room(there, "the agent", 10**12)
    require_room(replace(there, free=None), "the agent", 10**12)
    with pytest.raises(DeployError, match="for the agent: 10 MB are needed, 0 MB are free"):
        require_room(replace(there, free=0), "the agent", 10**7)
