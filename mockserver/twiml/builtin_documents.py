"""Documents of Twilio's own hosts that apps point at. They are answered without a network."""

from html import escape
from urllib.parse import parse_qsl, urlsplit

_SOUND_ENDINGS = (".mp3", ".wav", ".wave", ".aif", ".aiff", ".aifc", ".gsm", ".ulaw")
_DEFAULT_BUCKET = "com.twilio.music.classical"
_VOICE_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<Response><Say voice="alice">Thanks for trying our documentation. Enjoy!</Say>'
    b"<Play>http://demo.twilio.com/docs/classic.mp3</Play></Response>"
)


def find_builtin_document(url: str) -> bytes | None:
    """Return the TwiML of a URL that is built in, or None. Its type is `text/xml; charset=utf-8`.

    Built in are `twimlets.com/echo`, `twimlets.com/holdmusic` and `demo.twilio.com/docs/voice.xml`, with either scheme,
    with or without `www.`.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # such as http://[
        return None
    if parts.scheme not in ("http", "https"):
        return None
    place = ((parts.hostname or "").removeprefix("www."), parts.path.lower().rstrip("/"))
    query = {name.lower(): value for name, value in parse_qsl(parts.query, errors="replace")}
    if place == ("demo.twilio.com", "/docs/voice.xml"):
        return _VOICE_XML
    if place == ("twimlets.com", "/echo"):
        return query.get("twiml", "<Response/>").encode(errors="replace")
    return _build_hold_music(query) if place == ("twimlets.com", "/holdmusic") else None


def build_sound_document(url: str) -> bytes | None:
    """Return TwiML that plays a URL if that is a sound by its name, else None: sounds are not fetched."""
    if not urlsplit(url).path.lower().endswith(_SOUND_ENDINGS):
        return None
    return f"<Response><Play>{escape(url)}</Play></Response>".encode(errors="replace")


def _build_hold_music(query: dict[str, str]) -> bytes:
    """Return music that repeats itself, after a message if there is one."""
    message = query.get("message", "")
    verb = "Play" if message.startswith(("http://", "https://")) else "Say"
    opening = f"<{verb}>{escape(message)}</{verb}>" if message else ""
    music = f"http://{query.get('bucket', _DEFAULT_BUCKET)}.s3.amazonaws.com/music.mp3"
    return f"<Response>{opening}<Play>{escape(music)}</Play><Redirect/></Response>".encode(errors="replace")
