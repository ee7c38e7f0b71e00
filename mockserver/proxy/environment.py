"""The environment variables that point an unmodified program at a server: one table for `exec`, `env` and the README
(WIRE §13).
"""

import os
import re
from collections.abc import Iterator, Mapping
from string import Formatter
from urllib.parse import urlsplit

import msgspec

from mockserver.proxy.trust_files import (
    JAVA_PASSWORD,
    NODE_VARIABLES,
    OPENSSL_VARIABLES,
    PERL_VARIABLES,
    PYTHON_AND_CURL_VARIABLES,
    TrustFiles,
)
from mockserver.rest.auth import DeclaredAccount


class Variable(msgspec.Struct, frozen=True):
    """A row of the table."""

    names: tuple[str, ...]
    """The names that different runtimes read. All are set, because CI images may define some of them."""
    value: str | None
    """A template that `build_variables` fills in; None for a variable that must not be set."""
    readers: str
    """The programs that read it, or its purpose."""
    is_appended: bool = False
    """True if the value is appended to the present one."""


VARIABLES = (
    Variable(("TWILIO_ACCOUNT_SID",), "{sid}", "every SDK"),
    Variable(("TWILIO_AUTH_TOKEN",), "{token}", "every SDK"),
    Variable(("HTTPS_PROXY", "https_proxy"), "{url}", "Python, Go, Ruby, PHP, C#, Perl, curl, wget"),
    Variable(("HTTP_PROXY", "http_proxy"), "{url}", "twilio-node, and all programs for plain HTTP"),
    Variable(("ALL_PROXY", "all_proxy"), "{url}", "Python, curl"),
    Variable(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1", "all programs: their own local services"),
    Variable(PYTHON_AND_CURL_VARIABLES, "{bundle}", "Python's requests, which twilio-python uses; curl"),
    Variable(OPENSSL_VARIABLES, "{bundle}", "OpenSSL: Ruby, httpx, C# on Linux; Go"),
    Variable(PERL_VARIABLES, "{bundle}", "Perl's LWP"),
    Variable(("PERL_LWP_ENV_PROXY",), "1", "Perl's LWP: without it, LWP ignores proxies"),
    Variable(("WGETRC",), "{wgetrc}", "wget: a copy of your own file with `ca_certificate`"),
    Variable(NODE_VARIABLES, "{bundle}", "Node"),
    Variable(("NODE_USE_ENV_PROXY",), "1", "Node 24: without it, its own `fetch` and `https` ignore proxies"),
    Variable(
        ("NODE_OPTIONS",),
        ' --require "{node}"',
        "Node before 24: a file that gives its own `fetch` and `https` the proxy",
        is_appended=True,
    ),
    # An empty part before the separator stands for PHP's own folder.
    Variable(
        ("PHP_INI_SCAN_DIR",),
        f"{os.pathsep}{{php}}",
        "PHP: an ini file with `curl.cainfo`, and a file that sets the proxy of its streams",
        is_appended=True,
    ),
    Variable(
        ("JAVA_TOOL_OPTIONS",),
        " -Dhttps.proxyHost={host} -Dhttps.proxyPort={port} -Dhttp.proxyHost={host} -Dhttp.proxyPort={port} "
        '"-Djavax.net.ssl.trustStore={java}" -Djavax.net.ssl.trustStoreType=PKCS12 '
        f"-Djavax.net.ssl.trustStorePassword={JAVA_PASSWORD}",
        "Java",
        is_appended=True,
    ),
    Variable(("RECMOCK_URL",), "{url}", "programs with a configurable base URL"),
    Variable(("TWILIO_REGION", "TWILIO_EDGE"), None, "every SDK: they would change the host name"),
)

_PATTERNS = {
    "host": r"\S+?",
    "port": r"\d+",
    "java": r'[^"]*',
    "php": rf"[^{re.escape(os.pathsep)}]*php-[0-9a-f]{{12}}",
    "node": r'[^"]*node-[0-9a-f]{12}\.js',
}
"""What the fields of values that are appended may stand for."""


def build_variables(
    url: str, account: DeclaredAccount, files: TrustFiles, environment: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """Yield names and values. None stands for a variable that must not be set.

    Args:
        url: scheme, host and port of the server.
        account: the account whose SID and token are set.
        environment: the present variables, for those that are appended to.
    """
    parts = urlsplit(url)
    template_values = {
        "sid": account.sid,
        "token": account.token,
        "url": url,
        "host": parts.hostname,
        "port": parts.port or {"http": 80, "https": 443}[parts.scheme],
        "bundle": files.bundle,
        "java": files.java_truststore,
        "php": files.php_folder,
        "wgetrc": files.wgetrc,
        "node": str(files.node_preload).replace("\\", "\\\\"),  # Node reads it as an escape
    }
    for row in VARIABLES:
        value = None if row.value is None else row.value.format_map(template_values)
        for name in row.names:
            present_value = environment.get(name, "")
            yield name, value if value is None or not row.is_appended else _append(present_value, value, row)


def build_removals(environment: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield names and values that undo `build_variables`. None stands for a variable to unset.

    Of a variable that `build_variables` appends to, only the appended part goes.

    Args:
        environment: the present variables.
    """
    for row in VARIABLES:
        for name in row.names if row.value is not None else ():
            if not row.is_appended:
                yield name, None
            elif (rest := _remove_own_parts(environment.get(name, ""), row)) != environment.get(name, ""):
                yield name, rest or None


def _append(present_value: str, own_value: str, row: Variable) -> str:
    """Append our value to the present one, unless it is there already. A value for another server is replaced."""
    if present_value.endswith(own_value.strip()):
        return present_value
    return f"{_remove_own_parts(present_value, row)}{own_value}".strip()


def _remove_own_parts(present_value: str, row: Variable) -> str:
    pieces = Formatter().parse((row.value or "").lstrip(" "))
    pattern = "".join(re.escape(text) + ("" if name is None else _PATTERNS[name]) for text, name, _, _ in pieces)
    return re.sub(rf" ?{pattern}", "", present_value)
