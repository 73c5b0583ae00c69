"""The host's policy file: who may have written it, and what a mistake in it means."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from deskagent.consent import policy as policy_file
from deskagent.consent.policy import Policy, PolicyRule, is_trusted, read_policy

FILE, FOLDER = policy_file._CHANGES_FILE, policy_file._CHANGES_FOLDER
STRICTEST = Policy(PolicyRule.NEVER, PolicyRule.ASK, clip=False, sign_always=True)


@pytest.fixture(autouse=True)
def _root_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "win32":
        monkeypatch.setattr(policy_file, "_ROOT", os.getuid())


def written(folder: Path, text: str | bytes, mode: int = 0o644) -> Path:
    path = folder / "deskconsole.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def without_mistake(policy: Policy) -> Policy:
    return Policy(policy.control, policy.see, clip=policy.clip, sign_always=policy.sign_always)


def passed_over(policy: Policy) -> None:
    assert without_mistake(policy) == Policy()
    assert "is passed over" in policy.mistake


def test_no_file_demands_nothing(tmp_path: Path) -> None:
    assert read_policy(tmp_path / "none") == Policy()


def test_every_rule_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, 'control = "ask"\nsee = "ask"\nclip = false\nsign = "always"\n')
    assert read_policy(path) == Policy(PolicyRule.ASK, PolicyRule.ASK, clip=False, sign_always=True)
    assert read_policy(written(tmp_path, 'control = "never"')) == Policy(PolicyRule.NEVER)
    assert read_policy(written(tmp_path, "")) == Policy()


def test_the_mark_that_windows_editors_write_before_a_text_is_no_mistake(tmp_path: Path) -> None:
    assert read_policy(written(tmp_path, b'\xef\xbb\xbfcontrol = "ask"')) == Policy(PolicyRule.ASK)


@pytest.mark.parametrize(
    ("text", "meant", "said"),
    [
        ('control = "nevr"', Policy(PolicyRule.NEVER), "control = 'nevr'"),
        ("control = 1", Policy(PolicyRule.NEVER), "control = '1'"),
        ('see = "never"', Policy(see=PolicyRule.ASK), "see = 'never'"),
        ('clip = "no"', Policy(clip=False), "clip = 'no'"),
        ("clip = 0", Policy(clip=False), "clip = '0'"),
        ("sign = true", Policy(sign_always=True), "sign = 'True'"),
        ("control = [", STRICTEST, "no TOML"),
        (b"control = \xff", STRICTEST, "no TOML"),
        ('contrl = "allow"', STRICTEST, "'contrl'"),
    ],
)
def test_a_mistake_means_the_strictest_and_is_said(
    tmp_path: Path, text: str | bytes, meant: Policy, said: str
) -> None:
    policy = read_policy(written(tmp_path, text))
    assert without_mistake(policy) == meant
    assert said in policy.mistake
    assert "\n" not in policy.mistake


def test_a_file_that_cannot_be_read_means_the_strictest(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    policy = read_policy(tmp_path / "folder")
    assert without_mistake(policy) == STRICTEST
    assert "cannot be read" in policy.mistake


def test_a_file_that_others_can_write_is_passed_over(tmp_path: Path) -> None:
    passed_over(read_policy(written(tmp_path, 'control = "never"', 0o664)))


def test_a_file_in_a_folder_that_others_can_write_is_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, 'control = "never"')
    tmp_path.chmod(0o777)
    passed_over(read_policy(path))


def test_a_file_that_is_too_long_is_not_read_in_part(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, "#" * 64 * 1024 + '\ncontrol = "never"\n'))
    assert without_mistake(policy) == STRICTEST
    assert "more than 65536 bytes" in policy.mistake


@pytest.mark.parametrize(
    ("security", "changes", "trusted"),
    [
        ("O:BAG:SYD:PAI(A;;FA;;;SY)(A;;0x1200a9;;;BU)", FILE, True),
        ("O:BAD:AI(A;ID;FA;;;BA)(A;ID;FR;;;BU)(D;;FA;;;WD)", FILE, True),
        ("O:BAD:(A;;FA;;;BA)(A;;FW;;;BU)", FILE, False),
        ("O:BAD:(A;;0x1301bf;;;S-1-5-21-1-2-3-1001)", FILE, False),
        ("O:BAD:(A;;GRWD;;;AU)", FILE, False),
        ("O:S-1-5-21-1-2-3-1001D:(A;;FA;;;BA)", FILE, False),
        ("O:BAD:NO_ACCESS_CONTROL", FILE, False),
        ("O:BA", FILE, False),
        # A new folder of %ProgramData%.
        ("O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIIOID;GA;;;CO)(A;CIID;DCLCRPCR;;;BU)", FOLDER, True),
        ("O:BAD:(A;;0x40;;;BU)", FOLDER, False),
        ("O:BUD:(A;;FA;;;BA)", FOLDER, False),
    ],
)
def test_on_windows_only_administrators_may_own_or_change_it(
    security: str, changes: int, trusted: bool
) -> None:
    assert is_trusted(security, changes) == trusted


def test_a_file_of_another_user_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_file, "_ROOT", os.getuid() + 1)
    passed_over(read_policy(written(tmp_path, 'control = "never"')))
