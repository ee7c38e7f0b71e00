"""Explains who is on the line of calls, one sentence for each caller."""

from scenarios.callers import DEFAULT_RING_TIME, Caller
from scenarios.endpoints import ANY_ENDPOINT, normalize_endpoint
from scenarios.problems import describe_value


def explain_caller(caller: Caller) -> str:
    """Return a sentence about a caller."""
    ends = f"from {_describe_end(caller.from_)} to {_describe_end(caller.to)}"
    return f"Caller: {ends}: {', '.join([_describe_answer(caller), *_describe_talk(caller)])}."


def _describe_end(end: str) -> str:
    return "anyone" if end == ANY_ENDPOINT else normalize_endpoint(end)


def _describe_answer(caller: Caller) -> str:
    rings = caller.rings or DEFAULT_RING_TIME
    if caller.answers == "no-answer":
        return "does not answer" if caller.rings is None else f"does not answer within {rings}"
    if caller.is_reached:
        return f"{'a machine ' if caller.answers == 'machine' else ''}answers after {rings}"
    return f"{caller.answers} after {rings}"


def _describe_talk(caller: Caller) -> list[str]:
    if not caller.is_reached:
        return []
    said = [_describe_speech(caller.speech)]
    said += [f"presses {caller.digits}"] if caller.digits else []
    said += [f"hangs up after {caller.hangs_up_after}"] if caller.hangs_up_after else []
    return said


def _describe_speech(speech: tuple[str, ...] | None) -> str:
    if speech is None:
        return "says something natural"
    if not speech:
        return "says nothing"
    more = f" and {len(speech) - 1} more" if len(speech) > 1 else ""
    return f"says {describe_value(speech[0])}{more}"
