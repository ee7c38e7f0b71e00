"""The view of a live call, with everything that happened on it."""

from mockserver.control.views.call_data import CallData
from mockserver.control.views.call_text import describe_call
from mockserver.control.views.debugger import DebuggerEventView


class CallView(CallData, frozen=True, kw_only=True):
    """A live call, with everything that happened on it. `str()` formats it for people."""

    @property
    def said(self) -> tuple[str, ...]:
        """What the person on the line said."""
        return tuple(spoken.text for spoken in self.conversation if spoken.speaker == "person" and spoken.text)

    @property
    def heard(self) -> tuple[str, ...]:
        """What the person on the line heard."""
        return tuple(spoken.text for spoken in self.conversation if spoken.speaker != "person" and spoken.text)

    @property
    def pressed(self) -> str:
        """The keys that the person on the line pressed, without the waits between them."""
        digits = "".join(spoken.digits for spoken in self.conversation if spoken.speaker == "person")
        return digits.replace("w", "").replace("W", "")

    @property
    def errors(self) -> tuple[DebuggerEventView, ...]:
        """The errors of the debugger."""
        return tuple(event for event in self.debugger if event.level == "error")

    @property
    def warnings(self) -> tuple[DebuggerEventView, ...]:
        """The warnings of the debugger."""
        return tuple(event for event in self.debugger if event.level == "warning")

    def __str__(self) -> str:
        """Return the whole call as text for people."""
        return describe_call(self)
