"""One account's world: its corpus, what was done to it, and its clock. The only mutable room of the server."""

from pathlib import Path

from generators.corpus import Corpus
from generators.sids import Kind
from mockserver.clock import Clock
from mockserver.ledger import Ledger
from mockserver.parents import Parents
from mockserver.recordings import Recordings
from mockserver.subresources import Subresources


class Account:
    """An account and what it holds.

    Args:
        sid: the AccountSid, in lower case.
        token: its auth token.
        corpus: what it held at T0.
        clock: its time.
    """

    def __init__(self, sid: str, token: str, corpus: Corpus, clock: Clock) -> None:
        self.sid = sid
        self.token = token
        self.corpus = corpus
        self.clock = clock
        ledger = Ledger(corpus, clock)
        self.recordings = Recordings(ledger)
        self.transcriptions = Subresources(Kind.TRANSCRIPTION, self.recordings)
        self.add_on_results = Subresources(Kind.ADD_ON_RESULT, self.recordings)
        self.payloads = Subresources(Kind.PAYLOAD, self.recordings)
        self.attached: dict[int, Path] = {}
        """Files of the user's own that recordings sound like, by index."""
        self.calls = Parents(Kind.CALL, ledger)
        self.conferences = Parents(Kind.CONFERENCE, ledger)

    def attach(self, sid: str, file: Path) -> None:
        """Let a recording sound like a WAV or MP3 file: it is served as it is, in its own form only.

        Raises:
            TwilioError: 20404 where there is no such recording.
            ValueError: where the file is neither.
            OSError: where it cannot be read.
        """
        if file.suffix.lower() not in (".wav", ".mp3"):
            raise ValueError(f"expected a file named .wav or .mp3, found {file.name}")
        file.stat()
        self.attached[self.recordings.find(sid)] = file
        self.recordings.version += 1

    @property
    def version(self) -> int:
        """Grows with every change: what was rendered of an older version is void."""
        return (
            self.recordings.version + self.transcriptions.version + self.add_on_results.version + self.payloads.version
        )
