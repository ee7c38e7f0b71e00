"""Explains expectations. Their results use the same words."""

from scenarios.expectations import Expectation, Moment
from scenarios.triggers import format_instant


def explain_expectation(expectation: Expectation) -> str:
    """Return a sentence about an expectation."""
    about = [f"of {expectation.sid}"] if expectation.sid else []
    about += [f"answered {expectation.status}"] if expectation.status else []
    if expectation.followed_next_page is not None:
        about.append(f"{'' if expectation.followed_next_page else 'not '}following next_page_uri")
    meant = ", ".join([" ".join([expectation.op, *about[:1]]), *about[1:]])
    words = [describe_order(expectation), _describe_count(expectation)]
    return f"Expected: {', '.join([meant, *filter(None, words)])}."


def describe_order(expectation: Expectation) -> str:
    """Describe order and time, such as `only after the callback completed`; empty if they are free."""
    words = ["never"] if expectation.never else []
    only = "" if expectation.never else "only "
    for name, moment in (("after", expectation.after), ("before", expectation.before)):
        words += [f"{only}{name} {describe_moment(moment)}"] if moment is not None else []
    if expectation.within is not None:
        since = "" if expectation.after else " from the start"
        words.append(f"{'' if expectation.never else 'first '}within {expectation.within}{since}")
    rate = expectation.at_most
    words += [f"at most {rate.requests} per {rate.per}"] if rate is not None else []
    return ", ".join(words)


def describe_moment(moment: Moment) -> str:
    """Describe a moment, such as `the callback completed`."""
    if moment.at is not None:
        return format_instant(moment.at)
    noun, name = find_moment_name(moment)
    return f"the {noun} {name}"


def find_moment_name(moment: Moment) -> tuple[str, str]:
    """Return what happens at a moment that is no instant, such as `callback` and `completed`."""
    names = {"callback": moment.callback, "status": moment.status, "operation": moment.op, "signal": moment.signal}
    return next((noun, str(name)) for noun, name in names.items() if name is not None)


def _describe_count(expectation: Expectation) -> str:
    least, most = expectation.min, expectation.max
    often = [] if least is None else [f"at least {_format_times(least)}"]
    often += [] if most is None else [f"at most {_format_times(most)}"]
    if not often and (expectation.never or expectation.at_most):
        return ""
    return " and ".join(often) or "at least once"


def _format_times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
