"""A Faker provider of Twilio recordings, with the distributions of the corpus.

>>> from faker import Faker
>>> from generators.provider import RecordingProvider
>>> fake = Faker()
>>> fake.add_provider(RecordingProvider)
>>> fake.recording_sid()[:2]
'RE'
"""

from base64 import b64encode
from datetime import UTC, timedelta
from typing import Any, TypeVar

from faker.providers import BaseProvider

from generators import distributions
from generators.model import API_VERSION, CONFERENCE_SOURCES, DUAL_SOURCES, Source, Status
from generators.sids import Kind

Choice = TypeVar("Choice")


class RecordingProvider(BaseProvider):
    """One method per field of a Twilio recording, and `recording()` for a whole one."""

    def recording_sid(self) -> str:
        """Return a recording SID: RE and 32 hexadecimal digits."""
        return self._draw_sid(Kind.RECORDING)

    def account_sid(self) -> str:
        """Return an account SID: AC and 32 hexadecimal digits."""
        return self._draw_sid(Kind.ACCOUNT)

    def call_sid(self) -> str:
        """Return a call SID: CA and 32 hexadecimal digits."""
        return self._draw_sid(Kind.CALL)

    def conference_sid(self) -> str:
        """Return a conference SID: CF and 32 hexadecimal digits."""
        return self._draw_sid(Kind.CONFERENCE)

    def recording_status(self) -> str:
        """Return one of the contract's five statuses, `completed` nine times in ten."""
        return self._draw_weighted(distributions.STATUS_SHARES).value

    def recording_source(self) -> str:
        """Return one of the contract's seven sources."""
        return self._draw_weighted(distributions.SOURCE_SHARES).value

    def recording_channels(self, source: str = Source.DIAL_VERB) -> int:
        """Return 1 or 2; always 1 for a source that does not allow two."""
        return 2 if source in DUAL_SOURCES and self.generator.random.random() < distributions.DUAL_SHARE else 1

    def recording_duration(self) -> str:
        """Return a duration in whole seconds as a string, as Twilio writes it."""
        return str(distributions.draw_duration(self.generator.random.getrandbits(16)))

    def recording_price(self, duration: str | None = None) -> str:
        """Return the price of a duration, or of a new one if none is given, such as `-0.00250`."""
        seconds = int(self.recording_duration() if duration is None else duration)
        return f"{distributions.compute_price(seconds) / 100_000:.5f}"

    def recording_error_code(self, status: str = Status.ABSENT, encrypted: bool = False) -> int | None:
        """Return the error code of an absent or failed recording, or None for other statuses."""
        return distributions.draw_error_code(Status(status), encrypted, self.generator.random.getrandbits(3))

    def recording_encryption_details(self) -> dict[str, str]:
        """Return the encryption details of a recording, in the contract's form."""
        return {
            "encryption_public_key_sid": self._draw_sid(Kind.PUBLIC_KEY),
            "encryption_cek": b64encode(self.generator.random.randbytes(32)).decode(),
            "encryption_iv": b64encode(self.generator.random.randbytes(12)).decode(),
            "type": "rsa-aes",
        }

    def recording(self, **fields: Any) -> dict[str, Any]:
        """Return a recording that conforms to the contract. `fields` replace drawn values.

        It is not encrypted; for one that is, give `encryption_details=fake.recording_encryption_details()`.

        Dates are ISO 8601 in UTC, within the last thirty days of Faker's clock.
        """
        status = Status(fields.get("status") or self.recording_status())
        source = Source(fields.get("source") or self.recording_source())
        account, sid = fields.get("account_sid") or self.account_sid(), fields.get("sid") or self.recording_sid()
        uri = f"/{API_VERSION}/Accounts/{account}/Recordings/{sid}"
        heard = status in (Status.COMPLETED, Status.DELETED)
        encrypted = bool(fields.get("encryption_details"))
        duration = self.recording_duration() if heard else None
        started = self.generator.date_time_between("-30d", "-2h", tzinfo=UTC)
        updated = started + timedelta(seconds=int(duration or 0) + 3)
        document = {
            "sid": sid,
            "account_sid": account,
            "call_sid": self.call_sid(),
            "conference_sid": self.conference_sid() if source in CONFERENCE_SOURCES else None,
            "status": status.value,
            "channels": self.recording_channels(source),
            "source": source.value,
            "duration": duration,
            "price": self.recording_price(duration) if duration else None,
            "price_unit": "USD",
            "encryption_details": None,
            "error_code": self.recording_error_code(status, encrypted),
            "start_time": f"{started:%Y-%m-%dT%H:%M:%SZ}",
            "date_created": f"{started:%Y-%m-%dT%H:%M:%SZ}",
            "date_updated": f"{updated:%Y-%m-%dT%H:%M:%SZ}",
            "api_version": API_VERSION,
            "uri": f"{uri}.json",
            "subresource_uris": {
                "transcriptions": f"{uri}/Transcriptions.json",
                "add_on_results": f"{uri}/AddOnResults.json",
            },
        }
        return document | fields

    def _draw_sid(self, kind: Kind) -> str:
        return f"{kind.value}{self.generator.random.getrandbits(128):032x}"

    def _draw_weighted(self, shares: dict[Choice, float]) -> Choice:
        names: list[Choice] = list(shares)
        return self.generator.random.choices(names, weights=list(shares.values()))[0]  # type: ignore[no-any-return]
