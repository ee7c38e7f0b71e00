import os
from pathlib import Path

from mockserver.proxy.environment import VARIABLES, build_variables
from mockserver.proxy.trust_files import TrustFiles
from mockserver.rest.auth import DeclaredAccount

TRUST_FILES = TrustFiles(
    certificate=Path("/d/ca.pem"),
    bundle=Path("/d/all.pem"),
    java_truststore=Path("/d r/all.p12"),
    php_folder=Path("/d/php"),
    wgetrc=Path("/d/wgetrc"),
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
    assert build_environment({})["PHP_INI_SCAN_DIR"] == f"{os.pathsep}/d/php"
    folders = f"/mine{os.pathsep}/d/php"
    assert build_environment({"PHP_INI_SCAN_DIR": "/mine"})["PHP_INI_SCAN_DIR"] == folders
    assert build_environment({"PHP_INI_SCAN_DIR": folders})["PHP_INI_SCAN_DIR"] == folders


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
