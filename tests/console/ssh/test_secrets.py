"""The answers that are kept in memory."""

from __future__ import annotations

from deskconsole.ssh.secrets import Secrets


def test_an_answer_is_kept_for_its_subject_until_forgotten_and_never_shown() -> None:
    secrets = Secrets()
    secrets.keep("password", "me@lab:22", "hunter2")
    assert secrets.recall("password", "me@lab:22") == "hunter2"
    assert secrets.recall("passphrase", "me@lab:22") is None
    assert "hunter2" not in repr(secrets) + str(secrets) + f"{secrets!a}"
    secrets.forget("password", "me@lab:22")
    secrets.forget("password", "nobody")
    assert secrets.recall("password", "me@lab:22") is None
    secrets.keep("password", "me@lab:22", "hunter2")
    secrets.clear()
    assert secrets.recall("password", "me@lab:22") is None
