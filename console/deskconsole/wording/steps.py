"""The words of the steps on the way to the first picture."""

from __future__ import annotations

from deskconsole.common.progress import StepId

_WORDS = {
    StepId.WAIT_FOR_LOGINS: "waiting for other logins",
    StepId.CONNECT: "connecting",
    StepId.PROBE: "probing",
    StepId.DEPLOY: "deploying",
    StepId.WAIT_FOR_BUILD: "waiting for the Python runtime that is being built",
    StepId.FETCH_PYTHON: "fetching Python {}",
    StepId.FETCH_PACKAGES: "fetching packages for {}",
    StepId.WAIT_FOR_PACKING: "waiting for the packages that are being packed",
    StepId.PACK_PACKAGES: "packing packages",
    StepId.PACK_RUNTIME: "packing the Python runtime",
    StepId.VERIFY_RUNTIME: "verifying the Python runtime",
    StepId.WAIT_FOR_DEPLOY: "waiting for another deploy to the same host",
    StepId.WAIT_FOR_UNPACKING: "waiting for an earlier unpacking to end",
    StepId.WAIT_FOR_PROGRAM: "waiting for a program that holds {}",
    StepId.START_PYTHON: "starting the Python runtime for the first time",
    StepId.UPLOAD_RUNTIME: "uploading the Python runtime",
    StepId.UNPACK_RUNTIME: "unpacking the Python runtime",
    StepId.TRY_RUNTIME: "trying the Python runtime",
    StepId.UPLOAD_PACKAGES: "uploading packages",
    StepId.INSTALL_PACKAGES: "installing packages",
    StepId.UPLOAD_AGENT: "uploading the agent",
    StepId.INSTALL_AGENT: "installing the agent",
    StepId.LAUNCH: "launching",
    StepId.WAIT_FOR_USER: "waiting",
    StepId.GREET: "handshake",
    StepId.FIRST_PICTURE: "first picture",
}


def step_words(step: StepId, subject: str = "") -> str:
    """A step as users read it; `subject` may be a host's own words: pass the result through `safe_text`."""
    return _WORDS[step].format(subject)
