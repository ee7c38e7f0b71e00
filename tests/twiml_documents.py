"""Short ways to read TwiML in tests."""

from mockserver.twiml.acts import Act
from mockserver.twiml.problems import TwimlError, TwimlProblem
from mockserver.twiml.script import Script, read_script


def read_response(content: str) -> Script:
    """Read what is inside of `<Response>`."""
    return read_script(f"<Response>{content}</Response>".encode(), "text/xml; charset=utf-8")


def read_act(content: str) -> Act:
    """Read a document of one act that has no problem."""
    script = read_response(content)
    assert script.problems == ()
    (act,) = script.acts
    return act


def read_codes(content: str) -> list[int]:
    """Return the codes of the problems of what is inside of `<Response>`."""
    return [problem.code for problem in read_response(content).problems]


def read_error(body: bytes, content_type: str | None = "text/xml") -> TwimlProblem:
    """Return the problem of an answer that cannot be played."""
    try:
        script = read_script(body, content_type)
    except TwimlError as error:
        return error.problem
    raise AssertionError(f"expected an error, found {script}")
