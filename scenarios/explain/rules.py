"""Explains the setup and the rules of a scenario, one sentence each."""

from collections.abc import Iterator
from datetime import UTC

from scenarios.explain.callers import explain_caller
from scenarios.mix_shares import collect_mix_shares
from scenarios.model import Scenario
from scenarios.rules import ERROR_STATUS, Delay, Fault, PageDriftRule, Sequence, Then, When
from scenarios.triggers import describe_trigger
from scenarios.windows import Windowed, build_window


def explain_setup(scenario: Scenario) -> Iterator[str]:
    """Yield sentences about the corpus, the clock, the callers, the routes and what importing recordings changed."""
    corpus, clock = scenario.corpus, scenario.clock
    plan = [] if corpus.count is None else [f"{corpus.count:,} generated recordings"]
    plan += [f"over {corpus.span}"] if corpus.span else []
    plan += [f"the profile {corpus.profile}"] if corpus.profile else []
    shares = [f"{name} {share:g}" for name, share in collect_mix_shares(corpus.mix).items()]
    plan += [f"a mix of {', '.join(shares)}"] if shares else []
    if plan:
        yield f"Corpus: {', '.join(plan)}."
    time = [f"{clock.mode}"] if clock.mode else []
    time += [f"{clock.rate:g} account seconds per real second"] if clock.rate else []
    time += [f"from {clock.start.astimezone(UTC).isoformat().replace('+00:00', 'Z')}"] if clock.start else []
    if time:
        yield f"Clock: {', '.join(time)}."
    if scenario.auth:
        yield "Credentials: only the auth tokens of the account and of its parent are accepted."
    for sentence in scenario.import_report:
        yield f"Import: {sentence}"
    yield from map(explain_caller, scenario.callers)
    yield from (f"Route: callbacks to {source} go to {target}." for source, target in scenario.routes.items())


def explain_rules(scenario: Scenario) -> Iterator[str]:
    """Yield sentences about faults, sequences and page drift."""
    yield from map(explain_fault, scenario.faults)
    yield from map(explain_sequence, scenario.sequences)
    yield from map(explain_page_drift, scenario.page_drift)


def explain_fault(rule: Fault) -> str:
    """Return a sentence about a fault."""
    limits = [f"{_format_times(rule.times)} at most"] if rule.times else []
    limits += describe_window(rule, rule.when)
    limits += [f"with probability {rule.probability:g}"] if rule.probability < 1 else []
    return f"Fault: {', '.join([describe_when(rule.when), *limits])}: {describe_then(rule.then)}."


def explain_sequence(rule: Sequence) -> str:
    """Return a sentence about a sequence."""
    answers = [describe_then(answer) if isinstance(answer, Then) else str(answer) for answer in rule.answers]
    matched = ", ".join([describe_when(rule.when), *describe_window(rule, rule.when)])
    return f"Sequence: {matched}: {'; '.join(answers)}, and so on."


def explain_page_drift(rule: PageDriftRule) -> str:
    """Return a sentence about a page drift rule."""
    changes = [f"{rule.insert} inserted"] if rule.insert else []
    changes += [_describe_deletion(rule.delete)] if rule.delete else []
    pages = ", ".join([describe_when(rule.when), _format_times(rule.times), *describe_window(rule, rule.when)])
    return f"Page drift: after {pages}: {' and '.join(changes)}."


def _format_times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _describe_deletion(count: int) -> str:
    ones = "one is" if count == 1 else f"{count} are"
    return f"of the page's completed recordings, the last {ones} deleted"


def describe_window(rule: Windowed, when: When | None = None) -> list[str]:
    """Describe from when and until when a rule applies, such as `from: 5m later`."""
    window = build_window(rule, None if when is None else when.op)
    if window is None:
        return []
    said = [f"from: {describe_trigger(rule.after)}"] if rule.after else []
    said += [f"until: {describe_trigger(rule.until)}"] if rule.until else []
    said += [f"for {rule.ttl}"] if rule.ttl else []
    return [*said, "for each recording"] if window.is_per_recording else said


def describe_when(when: When) -> str:
    """Describe which requests match, such as `list_recordings, page 1`."""
    given = [f"{when.op}" if when.op else "any request"]
    for name in ("method", "path", "account", "sid", "page"):
        value = getattr(when, name)
        given += [f"{name} {value}"] if value is not None else []
    given += [f"{name}: {pattern}" for name, pattern in when.header.items()]
    given += [f"{name}={pattern}" for name, pattern in when.query.items()]
    given += [f"{name}={pattern} in the body" for name, pattern in when.body.items()]
    return ", ".join([*given, *([f"one in every {when.every}"] if when.every else [])])


def describe_then(then: Then) -> str:
    """Describe an effect, such as `429, Retry-After 5`."""
    said = [str(then.status)] if then.status else []
    said += [f"code {then.code}"] if then.code else []
    said += [f"message {then.message!r}"] if then.message is not None else []
    said += [f"{len(then.body)} characters of {then.media_type}"] if then.body is not None else []
    said += ["an empty body"] if then.status and then.status < ERROR_STATUS and not then.body else []
    said += [f"{name}: {value}" for name, value in then.headers.items()]
    said += [f"Retry-After {then.retry_after}"] if then.retry_after is not None else []
    said += ["enforced"] if then.enforce_retry_after else []
    said += [str(then.fault)] if then.fault else []
    said += [f"delayed by {_describe_delay(then.delay)}"] if then.delay else []
    if then.chunked_dribble:
        said.append(f"in {then.chunked_dribble.chunks} chunks over {then.chunked_dribble.duration}")
    return ", ".join(said)


def _describe_delay(delay: str | Delay) -> str:
    if isinstance(delay, str):
        return delay
    if delay.uniform:
        return f"{delay.uniform.lower} to {delay.uniform.upper}"
    if delay.log_normal:
        return f"about {delay.log_normal.median}"
    return f"{delay.fixed}"
