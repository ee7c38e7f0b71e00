"""All rules of the doctor, and the examination of a journal with them."""

from collections.abc import Iterable
from itertools import chain, islice

from mockserver.journal.doctor import coverage, fetching, media, paging, parameters, throttling
from mockserver.journal.doctor.report import Evidence, Finding, Report, Rule, Severity
from mockserver.journal.journal import Journal

_MAX_REQUEST_NUMBERS = 20
_MAX_SHOWN_PATHS = 10

RULES = (
    Rule(
        "no_endpoint",
        Severity.ERROR,
        coverage.find_requests_without_endpoint,
        "Correct the path, or do not test this request here: the mock has no endpoint for it, and answered an error.",
        max_shown=_MAX_SHOWN_PATHS,
    ),
    Rule(
        "pages_built_by_hand",
        Severity.ERROR,
        paging.find_pages_built_by_hand,
        "Follow next_page_uri unchanged until it is null: Twilio refuses a Page without its PageToken (70002).",
    ),
    Rule(
        "retry_after_ignored",
        Severity.ERROR,
        throttling.find_early_retries,
        "Wait for the seconds in Retry-After before you send the same request again.",
    ),
    Rule(
        "media_before_completion",
        Severity.ERROR,
        media.find_early_fetches,
        "Fetch media once the status is completed: wait for the recording_status_callback, or fetch the recording.",
    ),
    Rule(
        "media_without_credentials",
        Severity.ERROR,
        media.find_fetches_without_credentials,
        "Send HTTP Basic credentials for media too: Twilio requires them for accounts created since 2023.",
    ),
    Rule(
        "no_paging",
        Severity.WARNING,
        paging.find_unread_pages,
        "Follow next_page_uri until it is null. If the newest are enough, set PageSize (in SDKs: limit).",
    ),
    Rule(
        "one_fetch_per_listed_recording",
        Severity.WARNING,
        fetching.find_redundant_fetches,
        "Use the fields in the list: it has the same ones, for up to 1000 recordings per request.",
    ),
    Rule(
        "ignored_parameters",
        Severity.WARNING,
        parameters.find_ignored_parameters,
        "Do what the warning says: Twilio sends no warning.",
    ),
    Rule(
        "deprecated_parameters",
        Severity.WARNING,
        parameters.find_deprecated_parameters,
        "Leave it out: Twilio may reject it at any time.",
    ),
    Rule(
        "unused_rules",
        Severity.WARNING,
        coverage.find_unused_rules,
        "Correct what the rule matches, or remove it: the client was never tested with it.",
        max_shown=_MAX_SHOWN_PATHS,
    ),
)
"""The most severe first."""


def examine(journal: Journal, unused_rules: Iterable[str] = ()) -> Report:
    """Return the report on the requests in a journal.

    Args:
        unused_rules: sentences about the rules of the scenario that were never applied.
    """
    evidence = Evidence(tuple(journal), journal.dropped, tuple(unused_rules))
    findings = tuple(finding for rule in RULES if (finding := _apply_rule(rule, evidence)) is not None)
    return Report(is_clean=not findings, findings=findings, requests=len(evidence.entries), dropped=evidence.dropped)


def _apply_rule(rule: Rule, evidence: Evidence) -> Finding | None:
    sightings = list(rule.find_sightings(evidence))
    if not sightings:
        return None
    numbers = dict.fromkeys(chain.from_iterable(sighting.requests for sighting in sightings))
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        count=len(sightings),
        seen=tuple(sighting.what for sighting in sightings[: rule.max_shown]),
        requests=tuple(islice(numbers, _MAX_REQUEST_NUMBERS)),
        advice=rule.advice,
    )
