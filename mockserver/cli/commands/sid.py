"""`recmock sid`: explains SIDs, and prints the SID of an index."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from generators.corpus.explain_sid import explain_generated
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import make_mock
from mockserver.control.client.connection import ControlConnection
from mockserver.settings.settings import Profile, Settings


def print_sids(
    settings: Settings, sids: Sequence[str], indices: Sequence[int], account_sid: str | None, url: str | None
) -> int:
    """Print what SIDs and indices stand for. Return 0 if all are known, else 1.

    Args:
        account_sid: the account; None for the demo account.
        url: a running server to ask; None to use the settings.
    """
    if not sids and not indices:
        raise CommandError("expected a SID or --index N, found neither.")
    if url is not None:
        if indices:
            raise CommandError("--index uses the settings: leave out --url, and give the server's settings.")
        line = ControlConnection(url, settings.control_token)
        parameters = {} if account_sid is None else {"account": account_sid}
        found = [
            line.request("GET", f"/sids/{quote(each, safe='')}", dict[str, Any], parameters=parameters) for each in sids
        ]
    else:
        mock = make_mock(settings)
        corpus = mock.account(account_sid or mock.demo.sid).corpus
        for index in indices:
            if index >= corpus.count:
                raise CommandError(f"--index: expected an index from 0 to {corpus.count - 1}, found {index}.")
        wanted = [*sids, *(corpus.get_sid(index) for index in indices)]
        found = [msgspec.structs.asdict(explain_generated(corpus, each)) for each in wanted]
    for each in found:
        print(_format_explanation(each))
    if settings.profile is Profile.ADVERSARIAL or "adversarial" in settings.mix:
        from generators.content.adversarial import get_hypothesis_version

        print(f"Adversarial bodies depend on Hypothesis, here {get_hypothesis_version()}.")
    return 0 if all(each["is_known"] for each in found) else 1


def _format_explanation(explanation: dict[str, Any]) -> str:
    rows = {
        "kind": explanation["kind"] or "unknown",
        "account": explanation["account_sid"],
        "index": _format_range(explanation["recordings"]),
        "why": explanation["why"],
    }
    return "\n".join([explanation["sid"], *(f"  {name:8} {value}" for name, value in rows.items())])


def _format_range(recordings: Sequence[int]) -> str:
    if len(recordings) > 1:
        return f"{recordings[0]} to {recordings[-1]}"
    return str(recordings[0]) if recordings else "none"
