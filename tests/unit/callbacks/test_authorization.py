import pytest

from mockserver.callbacks.authorization import Challenge, DigestRequest, build_authorization, parse_challenges
from mockserver.callbacks.request import UrlCredentials

MUFASA = UrlCredentials("Mufasa", "Circle of Life")
REQUEST = DigestRequest("GET", "/dir/index.html", b"", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
RFC_CHALLENGE = 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, ' + (
    f'nonce="{NONCE}", opaque="{OPAQUE}"'
)
"""The example of RFC 7616 §3.9.1."""


def answer(*headers: str, request: DigestRequest = REQUEST, credentials: UrlCredentials = MUFASA) -> dict[str, str]:
    """Return the parameters of the Authorization header of a Digest answer."""
    found = build_authorization(headers, credentials, request)
    assert found is not None
    assert found[0] == "Digest"
    ((scheme, parameters),) = parse_challenges(found[1])
    assert scheme == "digest"
    return parameters


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_answers_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    assert answer(RFC_CHALLENGE.format(algorithm)) == {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "nonce": NONCE,
        "uri": "/dir/index.html",
        "response": response,
        "opaque": OPAQUE,
        "cnonce": REQUEST.client_nonce,
        "algorithm": algorithm,
        "qop": "auth",
        "nc": "00000001",
    }


def test_digest_without_qop_answers_example_of_rfc_2069() -> None:
    found = answer(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
        credentials=UrlCredentials("Mufasa", "CircleOfLife"),
    )
    assert found["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert not {"qop", "nc", "cnonce", "algorithm", "opaque"} & set(found)


def test_digest_covers_body_if_receiver_wants_it() -> None:
    challenge = 'Digest realm="r", nonce="n", qop="auth-int"'
    first, second = (answer(challenge, request=REQUEST._replace(body=body)) for body in (b"a=1", b"a=2"))
    assert (first["qop"], second["qop"]) == ("auth-int", "auth-int")
    assert first["response"] != second["response"]


def test_session_algorithm_covers_client_nonce() -> None:
    """The value is that of httpx: HA1 is hashed again with both nonces."""
    challenge = 'Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"'
    request = DigestRequest("POST", "/hook", b"", "c")
    found = answer(challenge, request=request, credentials=UrlCredentials("me", "secret"))
    assert found["algorithm"] == "MD5-sess"
    assert found["response"] == "546d605ee800539f6e4d8175fc645beb"


def test_quotes_in_names_are_escaped() -> None:
    found = answer('Digest realm="a \\"b\\" \\\\c", nonce="n"', credentials=UrlCredentials('m"e', "x"))
    assert (found["realm"], found["username"]) == ('a "b" \\c', 'm"e')


@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        (['Basic realm="x"'], "Basic"),
        (["bAsIc"], "Basic"),
        (['Bearer realm="x", Basic realm="y"'], "Basic"),
        (['Basic realm="x", Digest realm="y", nonce="n"'], "Digest"),
        (['Basic realm="x"', 'Digest realm="y", nonce="n"'], "Digest"),
        (['Digest realm="y", nonce="n", algorithm=SHA-512-256', "Basic"], "Basic"),
        (['Digest realm="y", nonce="n", qop="strange"', "Basic"], "Basic"),
        (['Digest realm="y", nonce="n", qop=""'], "Digest"),
        (['Bearer realm="Basic, Digest"'], None),
        (["Negotiate dG9rZW4="], None),
        (["Negotiate dG9rZW4=, Basic realm=x"], "Basic"),
        ([""], None),
        ([], None),
    ],
)
def test_best_challenge_is_answered(headers: list[str], scheme: str | None) -> None:
    found = build_authorization(headers, MUFASA, REQUEST)
    assert (None if found is None else found[0]) == scheme


def test_basic_credentials_are_utf_8() -> None:
    assert build_authorization(["Basic"], UrlCredentials("me", "p@ß"), REQUEST) == ("Basic", "Basic bWU6cEDDnw==")


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        ('Digest a=1 , B="x, \\"y\\"",Basic', [("digest", {"a": "1", "b": 'x, "y"'}), ("basic", {})]),
        ('  , Basic realm = "x" ,', [("basic", {"realm": "x"})]),
        ("Negotiate abc==, Basic", [("negotiate", {}), ("basic", {})]),
        ('Basic realm="unfinished', [("basic", {})]),
        ("=", []),
    ],
)
def test_challenges_are_parsed(header: str, challenges: list[tuple[str, dict[str, str]]]) -> None:
    assert [Challenge(*challenge) for challenge in challenges] == list(parse_challenges(header))
