"""Reads an app's answer: what it makes a call do, and what Twilio's debugger says of it."""

import msgspec

from mockserver.twiml.acts import Act, Hangup, Play, Say
from mockserver.twiml.problems import ProblemList, TwimlError, TwimlProblem, build_problem
from mockserver.twiml.validation import validate
from mockserver.twiml.verbs import read_verbs
from mockserver.twiml.xml_document import parse_xml

MAX_BYTES = 64 * 1024
_TWIML_TYPES = ("text/xml", "application/xml", "text/html")
"""Twilio accepts HTML's type: it is the default of PHP and of many frameworks."""


class Script(msgspec.Struct, frozen=True):
    """The acts of one document, in order. After the last one the call ends."""

    acts: tuple[Act, ...]
    problems: tuple[TwimlProblem, ...] = ()


def read_script(body: bytes, content_type: str | None) -> Script:
    """Read an answer by its Content-Type (WIRE-CALLS §3.1).

    Args:
        body: the answer's body. The answer may be longer than this if the body is longer than `MAX_BYTES`.
        content_type: the header's value, or None if there is none. Pass `text/xml; charset=utf-8` for the parameter
            `Twiml` of a request.

    Raises:
        TwimlError: if nothing of the answer can be played.
    """
    media_type, charset = _parse_content_type(content_type or "")
    if media_type.startswith("audio/"):
        return Script((Play(""), Hangup()))
    if len(body) > MAX_BYTES:
        raise _fail(11750, f"TwiML response body too large: expected at most {MAX_BYTES} bytes, found {len(body)}")
    if media_type == "text/plain":
        return _read_plain_text(body, charset)
    if media_type == "application/json" and not body.strip():
        return Script(())  # twilio-run and apps end a call by it (WIRE-CALLS §8)
    if media_type not in _TWIML_TYPES:
        found = f"found {media_type[:100]}" if content_type else "found none"
        raise _fail(12300, f"Invalid Content-Type: expected text/xml, {found}")
    if not body:
        raise _fail(11770, "Empty response body: expected TwiML, such as <Response/> to end the call")
    return _read_twiml(body, charset)


def without_final_hangup(script: Script, content_type: str | None) -> Script:
    """Return the script of a sound or a text without the end of the call that follows it."""
    if _parse_content_type(content_type or "")[0] in _TWIML_TYPES:
        return script
    return msgspec.structs.replace(script, acts=tuple(act for act in script.acts if not isinstance(act, Hangup)))


def _read_twiml(body: bytes, charset: str | None) -> Script:
    problems = ProblemList()
    root = validate(parse_xml(body, charset), problems)
    return Script(read_verbs(root, problems), problems.to_tuple())


def _read_plain_text(body: bytes, charset: str | None) -> Script:
    """Read TwiML, or read other text aloud as Twilio does."""
    try:
        return _read_twiml(body, charset)
    except TwimlError:
        text = " ".join(body.decode(errors="replace").split())
        return Script((Say(text), Hangup()) if text else (Hangup(),))


def _parse_content_type(text: str) -> tuple[str, str | None]:
    """Return the media type in lower case, and the charset."""
    media_type, *parameters = (part.strip() for part in text.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    charsets = [value.strip(" \"'") for name, _, value in pairs if name.strip().lower() == "charset"]
    return media_type.lower(), charsets[0] if charsets else None


def _fail(code: int, text: str) -> TwimlError:
    return TwimlError(build_problem(code, text))
