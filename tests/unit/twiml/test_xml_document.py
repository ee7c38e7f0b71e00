"""XML is parsed in any encoding, and never with entities or document types."""

import codecs

import pytest

from mockserver.twiml.acts import Say
from mockserver.twiml.script import read_script
from mockserver.twiml.xml_document import MAX_DEPTH
from tests.twiml_documents import read_act, read_error, read_response

BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Response><Say>&b;&b;</Say></Response>'
EXTERNAL = b'<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><Response/>'
SAY = "<Response><Say>é</Say></Response>"


@pytest.mark.parametrize("body", [BOMB, EXTERNAL, b"<!DOCTYPE html><html></html>"])
def test_document_type_is_refused(body: bytes) -> None:
    problem = read_error(body)
    assert problem.code == 12100
    assert "document type declaration" in problem.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"hello", "line 1, column 0"),
        (b"   ", "no element found"),
        (b"<Response>", "no element found"),
        (b"<Response/>more", "junk after document element"),
        (b"<Response><Say></Response>", "mismatched tag"),
        (b"<Response><Play>/a?b&c=1</Play></Response>", "not well-formed"),
        (b"<Response>&nbsp;</Response>", "undefined entity"),
        (b"<Response a:b='1'/>", "unbound prefix"),
        (b"<Response><Say>\xe9</Say></Response>", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><Response/>', "unknown encoding: klingon"),
        (b'<?xml version="1.0" encoding="shift_jis"?><Response/>', "multi-byte encodings are not supported"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><Response/>', "Document parse failure: "),
    ],
)
def test_bad_xml_is_12100_with_the_reason(body: bytes, reason: str) -> None:
    problem = read_error(body)
    assert (problem.code, problem.level) == (12100, "error")
    assert reason in problem.text


@pytest.mark.parametrize("blank", [b" ", b"\n", b"\t\r\n"])
def test_blank_before_the_declaration_is_12100_with_a_hint(blank: bytes) -> None:
    problem = read_error(blank + b'<?xml version="1.0"?><Response/>')
    assert problem.code == 12100
    assert problem.text.endswith("Remove the white space before <?xml")


def test_blank_before_the_root_is_accepted() -> None:
    assert read_script(b"\n  <Response/>\n", "text/xml").acts == ()


def test_elements_deeper_than_the_bound_are_refused() -> None:
    levels = MAX_DEPTH - 2  # beside Response and Say
    opened, closed = "<Response><Say>" + "<prosody>" * levels, "</prosody>" * levels + "</Say></Response>"
    assert read_script(f"{opened}deep{closed}".encode(), "text/xml").acts == (Say("deep"),)
    problem = read_error(f"{opened}<break/>{closed}".encode())
    assert problem.code == 12100
    assert "deeper than 64 levels" in problem.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (SAY.encode(), "text/xml"),
        (codecs.BOM_UTF8 + SAY.encode(), "text/xml; charset=latin-1"),
        (SAY.encode("utf-16"), "text/xml; charset=utf-8"),
        (SAY.encode("cp1252"), "text/xml; charset=windows-1252"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?>' + SAY.encode("latin-1"), "text/xml"),
        (b'<?xml version="1.0" encoding="utf-8"?>' + SAY.encode("latin-1"), "text/xml; charset=latin-1"),
        (b'<?xml version="1.0" encoding="latin-1"?>' + SAY.encode("latin-1"), "text/xml; charset=utf-8"),
        (SAY.encode(), "text/xml; charset=punycode"),
        (SAY.encode(), "text/xml; charset=utf-99"),
        (b'<?xml version="1.0" encoding="utf-16"?>' + SAY.encode(), "text/xml; charset=utf-8"),
    ],
)
def test_encodings(body: bytes, content_type: str) -> None:
    assert (Say("é"),) == read_script(body, content_type).acts


def test_comments_instructions_and_cdata() -> None:
    content = "<!-- a --><?php echo?><Say>A <![CDATA[<b> & c]]><!-- d --> e</Say>"
    assert Say("A <b> & c e") == read_act(content)


def test_namespaces_are_dropped_with_a_warning() -> None:
    script = read_response('<Say xmlns="urn:speech" xmlns:a="urn:a" a:b="1" xml:lang="en">Hi</Say>')
    assert (Say("Hi"),) == script.acts
    assert [problem.code for problem in script.problems] == [12200, 12200, 12200]
    assert "urn:speech" in script.problems[0].text
    assert "urn:a" in script.problems[1].text
    assert "'xml:lang'" in script.problems[2].text


def test_schema_location_has_no_warning() -> None:
    namespace = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    body = f'<Response {namespace} xsi:noNamespaceSchemaLocation="twiml.xsd"/>'
    assert read_script(body.encode(), "text/xml").problems == ()
