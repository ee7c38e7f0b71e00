"""`recmock sid`: explain SIDs, and print the SID of a recording's index."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from mockserver.cli import argument_types
from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import make_mock
from mockserver.cli.options import CORPUS_SETTINGS, REMOTE_SETTINGS, add_account, add_server, add_settings
from mockserver.cli.running_server import URL_VARIABLE, connect_server
from mockserver.settings.choices import Profile
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from mockserver.control.client.connection import ControlConnection


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, CORPUS_SETTINGS)
    parser.add_argument("sid", nargs="*", metavar="SID", help="Any SID that the mock uses.")
    parser.add_argument(
        "--index",
        type=argument_types.index,
        action="append",
        default=[],
        metavar="N",
        help="The index of a recording, from 0 for the oldest; repeatable.",
    )
    add_account(parser)
    add_server(parser, "A running server that answers. Without --url, --listen and RECMOCK_URL, the settings answer.")


def _run(invocation: Invocation) -> int:
    """Print an explanation of each SID and index, and return 1 if the mock does not know one of them, else 0."""
    settings, options = invocation.settings, invocation.options
    if not options.sid and not options.index:
        raise CommandError("expected a SID or --index N, found neither.")
    if _asks_server(invocation):
        explanations = _explain_by_server(connect_server(invocation), options.sid, options.of_account)
    else:
        explanations = _explain_by_settings(settings, options.sid, options.index, options.of_account)
    for explanation in explanations:
        print(_format(explanation))
    if settings.profile is Profile.ADVERSARIAL or "adversarial" in settings.mix:
        from generators.content.adversarial import get_hypothesis_version

        version = get_hypothesis_version()
        print(f"The bodies of adversarial recordings depend on the version of Hypothesis, here {version}.")
    return 0 if all(explanation["is_known"] for explanation in explanations) else 1


def _asks_server(invocation: Invocation) -> bool:
    """Return True if a running server explains the SIDs; False if the settings do.

    Raises:
        CommandError: if a flag names a server, and another one needs the settings.
    """
    options = invocation.options
    has_address = options.url is not None or options.listen is not None
    if has_address and options.index:
        raise CommandError(
            "--index works without a server. Leave out --url and --listen, and give the settings of the server."
        )
    if has_address:
        return True
    needs_settings = options.index or any(getattr(options, name) is not None for name in CORPUS_SETTINGS)
    return not needs_settings and bool(invocation.environment.get(URL_VARIABLE))


def _explain_by_server(
    connection: "ControlConnection", sids: Sequence[str], account_sid: str | None
) -> list[dict[str, Any]]:
    """Return the explanations that a running server gives."""
    parameters = {} if account_sid is None else {"account": account_sid}
    return [
        connection.request("GET", f"/sids/{quote(sid, safe='')}", dict[str, Any], parameters=parameters) for sid in sids
    ]


def _explain_by_settings(
    settings: Settings, sids: Sequence[str], indices: Sequence[int], account_sid: str | None
) -> list[dict[str, Any]]:
    """Return explanations that are computed from the settings, without a server.

    Raises:
        CommandError: if an index is too large for the corpus.
    """
    from generators.corpus.explain_sid import explain_generated  # slow to import, and --help does not need it

    mock = make_mock(settings)
    corpus = mock.account(account_sid or mock.demo.sid).corpus
    for index in indices:
        if index >= corpus.count:
            raise CommandError(f"--index: expected an index from 0 to {corpus.count - 1}, found {index}.")
    all_sids = [*sids, *(corpus.get_sid(index) for index in indices)]
    return [msgspec.structs.asdict(explain_generated(corpus, sid)) for sid in all_sids]


def _format(explanation: dict[str, Any]) -> str:
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


COMMAND = Command(_run, _add_arguments, settings=[*CORPUS_SETTINGS, *REMOTE_SETTINGS])
