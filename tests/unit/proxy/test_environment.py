import os
from pathlib import Path

import msgspec

from mockserver.proxy.environment import VARIABLES, build_removals, build_variables
from mockserver.proxy.trust_files import TrustFiles
from mockserver.rest.auth import DeclaredAccount

TRUST_FILES = TrustFiles(
    certificate=Path("/d/ca.pem"),
    bundle=Path("/d/all.pem"),
    java_truststore=Path("/d r/all.p12"),
    php_folder=Path("/d/php-0123456789ab"),
    wgetrc=Path("/d/wgetrc"),
    node_preload=Path("/d r/node-0123456789ab.js"),
)
ACCOUNT = DeclaredAccount(sid="AC" + "1" * 32, token="secret")
PROXY_URL = "http://127.0.0.1:4010"


def build_environment(environment: dict[str, str], url: str = PROXY_URL) -> dict[str, str | None]:
    return dict(build_variables(url, ACCOUNT, TRUST_FILES, environment))


def test_variables_set_proxy_and_ca_bundle_for_every_runtime() -> None:
    values = build_environment({})
    assert {values[name] for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY")} == {
        PROXY_URL
    }
    bundles = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
    assert {values[name] for name in bundles} == {"/d/all.pem"}
    assert (values["TWILIO_ACCOUNT_SID"], values["TWILIO_AUTH_TOKEN"]) == (ACCOUNT.sid, "secret")
    assert values["RECMOCK_URL"] == PROXY_URL


def test_no_proxy_contains_only_loopback() -> None:
    assert build_environment({"NO_PROXY": "*"})["NO_PROXY"] == "localhost,127.0.0.1,::1"
    assert build_environment({"no_proxy": ".twilio.com"})["no_proxy"] == "localhost,127.0.0.1,::1"


def test_twilio_region_and_edge_are_unset() -> None:
    values = build_environment({"TWILIO_EDGE": "dublin"})
    assert (values["TWILIO_EDGE"], values["TWILIO_REGION"]) == (None, None)


def test_java_options_are_appended_to_existing_options() -> None:
    options = build_environment({"JAVA_TOOL_OPTIONS": "-Xmx1g"})["JAVA_TOOL_OPTIONS"]
    assert options is not None
    assert options.startswith("-Xmx1g -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=4010 ")
    assert '"-Djavax.net.ssl.trustStore=/d r/all.p12"' in options
    assert build_environment({"JAVA_TOOL_OPTIONS": options})["JAVA_TOOL_OPTIONS"] == options
    new_options = build_environment({})["JAVA_TOOL_OPTIONS"]
    assert new_options is not None
    assert new_options.startswith("-Dhttps")


def test_php_scan_dir_keeps_existing_folder() -> None:
    assert build_environment({})["PHP_INI_SCAN_DIR"] == f"{os.pathsep}/d/php-0123456789ab"
    folders = f"/mine{os.pathsep}/d/php-0123456789ab"
    assert build_environment({"PHP_INI_SCAN_DIR": "/mine"})["PHP_INI_SCAN_DIR"] == folders
    assert build_environment({"PHP_INI_SCAN_DIR": folders})["PHP_INI_SCAN_DIR"] == folders


def test_node_options_name_preload_and_keep_users_options() -> None:
    own = '--require "/d r/node-0123456789ab.js"'
    assert build_environment({})["NODE_OPTIONS"] == own
    assert build_environment({"NODE_OPTIONS": "--no-warnings"})["NODE_OPTIONS"] == f"--no-warnings {own}"
    windows = msgspec.structs.replace(TRUST_FILES, node_preload=Path("C:\\d\\node-0123456789ab.js"))
    values = dict(build_variables(PROXY_URL, ACCOUNT, windows, {}))
    assert values["NODE_OPTIONS"] == '--require "C:\\\\d\\\\node-0123456789ab.js"'


APPENDED = {
    "JAVA_TOOL_OPTIONS": "-Xmx1g",
    "NODE_OPTIONS": "--no-warnings --require ./mine.js",
    "PHP_INI_SCAN_DIR": f"{os.pathsep}/mine",
}


def test_values_for_another_server_are_replaced() -> None:
    first = build_environment(APPENDED, "http://127.0.0.1:1")
    second = build_environment({name: value or "" for name, value in first.items()}, "http://127.0.0.2:2")
    assert second == build_environment(APPENDED, "http://127.0.0.2:2")
    assert (second["JAVA_TOOL_OPTIONS"] or "").startswith("-Xmx1g -Dhttps.proxyHost=127.0.0.2 -Dhttps.proxyPort=2 ")


def test_removals_unset_what_is_set_and_keep_what_was_appended_to() -> None:
    values = {name: value for name, value in build_environment(APPENDED).items() if value is not None}
    removals = dict(build_removals(values))
    assert {name: removals.pop(name) for name in APPENDED} == APPENDED
    assert set(removals) == set(values) - set(APPENDED)
    assert set(removals.values()) == {None}


def test_removals_leave_values_of_others_alone() -> None:
    own = {name: value or "" for name, value in build_environment({}).items()}
    assert {dict(build_removals(own))[name] for name in APPENDED} == {None}
    assert not set(dict(build_removals(APPENDED))) & set(APPENDED)
    assert not set(dict(build_removals({}))) & {*APPENDED, "TWILIO_REGION", "TWILIO_EDGE"}


def test_wget_and_perl_read_files_with_all_authorities() -> None:
    values = build_environment({"WGETRC": "/mine"})
    assert values["WGETRC"] == "/d/wgetrc"
    assert (values["PERL_LWP_SSL_CA_FILE"], values["PERL_LWP_ENV_PROXY"]) == ("/d/all.pem", "1")


def test_proxy_url_without_port_uses_port_of_scheme() -> None:
    options = build_environment({}, "https://mock.test")["JAVA_TOOL_OPTIONS"]
    assert options is not None
    assert "-Dhttps.proxyHost=mock.test -Dhttps.proxyPort=443" in options


def test_variable_names_are_unique() -> None:
    names = [name for row in VARIABLES for name in row.names]
    assert len(names) == len(set(names))
