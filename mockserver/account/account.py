"""One account. It changes by commands only, each of them applied under one instant."""

from collections import deque
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.instants import SECOND
from generators.model import Source, Track
from mockserver.account.account_parts import AccountParts
from mockserver.account.clock_moves import ClockMoves
from mockserver.account.command_log import MIN_LENGTH, MIN_SHARE, CommandLog
from mockserver.account.commands.command import HistoryEntry
from mockserver.account.gradual import Steps
from mockserver.account.state.subscription import Subscription

if TYPE_CHECKING:
    from mockserver.account.command_handlers.find_handler import Handler
    from mockserver.account.commands.command import AccountCommand, Result

CommandListener = Callable[["Account"], None]
"""Receives an account whose log has a new entry. The command is not applied yet."""


class Account(AccountParts):
    """An account: its parts, of which everything outside this room only reads, and its commands."""

    on_command: CommandListener | None = None
    """Called for each command."""
    first_command = 0
    """The number of the beginning of the log. Numbers go on where those of the account before it ended."""
    _log: CommandLog | None = None

    @cached_property
    def clock_moves(self) -> ClockMoves:
        """The moves of the clock, in small steps."""
        return ClockMoves(self, self.apply)

    @cached_property
    def _find_handler(self) -> "Callable[[type[AccountCommand[Any]]], Handler]":
        """The finder, imported for the first command. An import statement costs 2 us each time it is reached."""
        from mockserver.account.command_handlers.find_handler import find_handler

        return find_handler

    def apply(self, command: "AccountCommand[Result]", at: int | None = None) -> "Result":
        """Apply a command, and return its result. What is due at its instant happens before.

        Args:
            at: the instant of the command in a history that is applied again; now if left out.

        Raises:
            The errors of the command; the account then stays as it was.
        """
        if at is None and self.state.timers:
            at = self.clock_moves.run_due_before(command)
        instant = self.clock.hold(at)
        try:
            log = self._log
            if log is None or len(log.entries) >= MIN_LENGTH:
                log = self._begin_log_again()
            log.entries.append(HistoryEntry(instant, command))
            if self.on_command is not None:
                self.on_command(self)
            result: Result = self._find_handler(type(command))(self, command)
            return result
        finally:
            self.clock.release()

    @property
    def log(self) -> CommandLog:
        """The commands that lead to the present state."""
        if self._log is None:
            self._log = CommandLog(self._make_beginning(is_first=True))
        return self._log

    @property
    def next_command(self) -> int:
        """The number of the next command."""
        return self.first_command + 1 + (0 if self._log is None else len(self._log.entries))

    def begin_log(self, beginning: HistoryEntry) -> None:
        """Begin the log: the account was just built as this entry says."""
        self._log = CommandLog(beginning)

    def _begin_log_again(self) -> CommandLog:
        """Return the log, and begin it with a snapshot if it is long for an account with so many recordings."""
        log = self.log
        if len(log.entries) >= max(MIN_LENGTH, len(self.state.recordings) // MIN_SHARE):
            self.first_command += len(log.entries)
            log = self._log = CommandLog(self._make_beginning(is_first=False))
        return log

    def _make_beginning(self, *, is_first: bool) -> HistoryEntry:
        from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario

        instant, scenario, base_url, token = self.clock.now(), self.scenario, self.base_url, self.chosen_token
        beginning: AccountCommand[None] = (
            SetUpScenario(scenario=scenario, base_url=base_url, token=token, start=self.began_at)
            if is_first and not self.is_restored
            else RestoreSnapshot(state=self.snapshot(), scenario=scenario, base_url=base_url, token=token)
        )
        return HistoryEntry(instant, beginning)

    def stand_still(self, instant: int | None = None) -> None:
        """Stop the clock where it is, or at a later instant, and run nothing: the account was built again."""
        self.clock.rate = 0.0
        if instant is not None:
            self.clock.move_to(instant)

    def close(self) -> None:
        """End this account: another one replaces it. Later commands are not reported."""
        self.on_command = None
        super().close()

    def run_due(self) -> None:
        """Run what is due now, up to the bound of one request."""
        timers = self.state.timers
        if timers and timers[0].due <= self.clock.now():  # every request comes here, and most have nothing to do
            self.clock_moves.run_due()

    def start_recording(
        self,
        call_sid: str,
        *,
        conference_sid: str | None = None,
        source: Source = Source.START_CALL_RECORDING_API,
        channels: int = 1,
        track: Track = Track.BOTH,
        subscription: Subscription | None = None,
    ) -> int:
        """Start a recording, as a call, a conference or the API would, and return its index.

        The recording plays the scenario's `on_create` timeline. By default it is in progress until it is stopped,
        and completed two seconds later.
        """
        from mockserver.account.commands.recordings import BeginRecording  # each command is imported when it is needed

        return self.apply(
            BeginRecording(
                call_sid=call_sid,
                conference_sid=conference_sid,
                source=source,
                channels=channels,
                track=track,
                subscription=subscription,
            )
        )

    def attach_media(self, sid: str, file: Path) -> None:
        """Serve a WAV or MP3 file as a recording's media, byte for byte and in that format only.

        Raises:
            TwilioError: 20404 if the SID is unknown.
            ValueError: if the file is neither WAV nor MP3.
            OSError: if the file cannot be read.
        """
        if file.suffix.lower() not in (".wav", ".mp3"):
            raise ValueError(f"expected a file named .wav or .mp3, found {file.name}")
        file.stat()
        from mockserver.account.commands.recordings import AttachMedia

        self.apply(AttachMedia(sid=sid, path=str(file)))

    def advance(self, seconds: float) -> None:
        """Move the clock forward and run what is due. Callbacks are queued but not sent.

        Raises:
            ValueError: if `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"expected seconds of at least 0, found {seconds}: time does not go back")
        deque(self.clock_moves.advance_to(self.clock.now() + round(seconds * SECOND)), maxlen=0)

    def send_signal_gradually(self, name: str, index: int | None) -> Steps[None]:
        """Send a signal to rules, and to one recording's timeline or to all, in small steps."""
        from mockserver.account.commands.timelines import SendSignal, SendSignalToRules

        if self.state.windows:
            self.apply(SendSignalToRules(name=name, index=index))
        for playing_index in [*self.state.playing] if index is None else [index]:
            if playing_index in self.state.playing:
                self.apply(SendSignal(name=name, index=playing_index))
            yield
