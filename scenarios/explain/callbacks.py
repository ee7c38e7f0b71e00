"""Explains the callbacks of a step."""

from collections.abc import Iterator

from scenarios.callbacks import ScriptedCallback, StepCallback

_SIGNATURES = {
    "wrong": "signed with another token",
    "missing": "not signed",
    "sha256": "signed with HMAC-SHA256",
}
_TWICE = 2


def describe_callback(callback: StepCallback) -> str:
    """Describe a callback, such as `callback completed (3s later, twice, without CallSid)`."""
    if not isinstance(callback, ScriptedCallback):
        return f"callback {callback}"
    differences = ", ".join(_describe_differences(callback))
    return f"callback {callback.event} ({differences})" if differences else f"callback {callback.event}"


def _describe_differences(callback: ScriptedCallback) -> Iterator[str]:
    if callback.delay is not None:
        yield f"{callback.delay} later"
    if callback.fields == "at_delivery":
        yield "with the fields of then"
    if callback.times > 1:
        yield "twice" if callback.times == _TWICE else f"{callback.times} times"
    if callback.signature is not None:
        yield _SIGNATURES[callback.signature]
    for name, value in callback.set.items():
        yield f"{name} {value}"
    if callback.drop:
        yield f"without {' and '.join(callback.drop)}"
