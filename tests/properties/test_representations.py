"""XML and CSV contain the same values as the JSON of the same resource."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.rest.representations import csv as csv_representation
from mockserver.rest.representations import html as html_representation
from mockserver.rest.representations import xml
from mockserver.rest.representations.representation import Representation, load_encoder
from mockserver.rest.representations.wires import WireSetting
from tests.harness import Api, make_settings

KEY_BY_LIST = {
    "Recordings": "recordings",
    "Transcriptions": "transcriptions",
    "Calls": "calls",
    "Conferences": "conferences",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Api]:
    with Api(make_settings(count=300, wire=WireSetting.TWILIO, mix="encrypted=0.2")) as api:
        yield api


def normalize(value: Any) -> Any:
    """Return the values of a document. Null equals the empty string."""
    if isinstance(value, dict):
        return {name.replace("_", "").lower(): normalize(inner) for name, inner in value.items()}
    return "" if value is None else str(value)


def read_element(element: ElementTree.Element) -> Any:
    if len(element):
        return {inner.tag.lower(): read_element(inner) for inner in element}
    return element.text or ""


@given(st.sampled_from(sorted(KEY_BY_LIST)), st.integers(1, 20), st.integers(0, 3))
@settings(max_examples=40)
def test_xml_and_csv_lists_equal_json_list(shared: Api, name: str, size: int, pages: int) -> None:
    body = shared.get_twilio_json(f"{name}.json?PageSize={size}")
    for _ in range(pages):
        if body["next_page_uri"]:
            body = shared.get(body["next_page_uri"]).json()
    expected = body.pop(KEY_BY_LIST[name])
    answer = shared.get(body["uri"].replace(".json", ".xml"))
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["x-mock-wire"] == "twilio"
    listed = ElementTree.fromstring(answer.content)[0]
    assert listed.tag == name
    assert [normalize(document) for document in expected] == [read_element(element) for element in listed]
    attributes = {key: value.replace(".xml", ".json") for key, value in listed.attrib.items()}
    assert normalize(body) == attributes

    table = shared.get(body["uri"].replace(".json", ".csv"))
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert [build_row(document) for document in expected] == rows


def build_row(document: dict[str, Any]) -> dict[str, str]:
    return {
        key: json.dumps(value) if isinstance(value, dict) else "" if value is None else str(value)
        for key, value in document.items()
    }


def test_xml_csv_and_html_resources_equal_json_resource(shared: Api) -> None:
    recording = next(r for r in shared.list_recordings("PageSize=1000") if r["encryption_details"])
    for path in (f"Recordings/{recording['sid']}", f"Calls/{recording['call_sid']}"):
        expected = shared.get_twilio_json(f"{path}.json")
        element = ElementTree.fromstring(shared.get_in_account(f"{path}.xml").content)[0]
        assert normalize(expected) == read_element(element)
        assert [build_row(expected)] == list(
            csv.DictReader(io.StringIO(shared.get_in_account(f"{path}.csv").text, newline=""))
        )
        page = shared.get_in_account(f"{path}.html")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<td>{recording['call_sid']}</td>" in page.text


def test_list_without_extension_is_xml(shared: Api) -> None:
    assert shared.get_in_account("Recordings").text == shared.get_in_account("Recordings.xml").text.replace(
        "Recordings.xml", "Recordings"
    )
    assert shared.get_in_account("Calls?PageSize=1").headers["content-type"] == "application/xml"


def test_empty_list_has_no_rows(shared: Api) -> None:
    empty = f"Recordings.csv?CallSid=CA{'0' * 32}"
    assert shared.get_in_account(empty).text == "\r\n"
    assert ElementTree.fromstring(shared.get_in_account(empty.replace("csv", "xml")).content)[0].attrib["end"] == "0"


def test_every_representation_encodes_page_that_server_sends(shared: Api) -> None:
    sent = {form: shared.get_in_account(f"Recordings.{form}?PageSize=2") for form in Representation}
    envelope = sent[Representation.JSON].json()
    for form, answer in sent.items():
        own_envelope = {
            key: value.replace(".json", f".{form}") if isinstance(value, str) else value
            for key, value in envelope.items()
        }
        encode_page = load_encoder(form).encode_page
        expected = encode_page("Recording", "recordings", own_envelope, envelope["recordings"])
        assert answer.content == expected


@pytest.mark.parametrize("extension", ["csv", "html", "xml"])
def test_errors_have_requested_representation(shared: Api, extension: str) -> None:
    answer = shared.get_in_account(f"Recordings/RE{'0' * 32}.{extension}")
    assert answer.status_code == 404
    assert extension in answer.headers["content-type"]
    assert "20404" in answer.text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
def test_any_document_encodes_to_well_formed_xml(document: dict[str, Any]) -> None:
    ElementTree.fromstring(xml.encode_item("Recording", document))


@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), max_size=3))
def test_any_documents_encode_to_csv_and_html_tables(documents: list[dict[str, Any]]) -> None:
    rows = list(csv.reader(io.StringIO(csv_representation.encode_table(documents, "abc").decode(), newline="")))
    assert len(rows) == 1 + len(documents)
    assert html_representation.encode_table("<b>", documents, "abc").count(b"<tr>") == 1 + len(documents)
