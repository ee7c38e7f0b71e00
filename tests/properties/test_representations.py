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

from generators.model import Status
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
def shared_api() -> Iterator[Api]:
    with Api(make_settings(count=300, wire=WireSetting.TWILIO, mix="encrypted=0.2")) as api:
        yield api


def normalize(value: Any) -> Any:
    """Return the values of a document. Null equals the empty string."""
    if isinstance(value, dict):
        return {name.replace("_", "").lower(): normalize(inner) for name, inner in value.items()}
    return "" if value is None else str(value)


def without_extensions(document: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON document with the URIs of Twilio's XML, which have no extension (WIRE §17)."""
    assert document["uri"].endswith(".json")
    uris = document.get("subresource_uris", {})
    assert all(uri.endswith(".json") for uri in uris.values())
    plain = document | {"uri": document["uri"].removesuffix(".json")}
    return plain | ({"subresource_uris": {key: uri.removesuffix(".json") for key, uri in uris.items()}} if uris else {})


def read_element(element: ElementTree.Element) -> Any:
    if len(element):
        return {inner.tag.lower(): read_element(inner) for inner in element}
    return element.text or ""


@given(st.sampled_from(sorted(KEY_BY_LIST)), st.integers(1, 20), st.integers(0, 3))
@settings(max_examples=40)
def test_xml_and_csv_lists_equal_json_list(shared_api: Api, name: str, size: int, pages: int) -> None:
    body = shared_api.get_twilio_json(f"{name}.json?PageSize={size}")
    for _ in range(pages):
        if body["next_page_uri"]:
            body = shared_api.get(body["next_page_uri"]).json()
    expected = body.pop(KEY_BY_LIST[name])
    xml_response = shared_api.get(body["uri"].replace(".json", ".xml"))
    assert xml_response.headers["content-type"] == "application/xml"
    assert xml_response.headers["x-mock-wire"] == "twilio"
    list_element = ElementTree.fromstring(xml_response.content)[0]
    assert list_element.tag == name
    assert [normalize(without_extensions(document)) for document in expected] == [*map(read_element, list_element)]
    attributes = {key: value.replace(".xml", ".json") for key, value in list_element.attrib.items()}
    assert normalize(body) == attributes

    if name == "Transcriptions":  # Twilio has no tables of these
        return
    csv_response = shared_api.get(body["uri"].replace(".json", ".csv"))
    assert csv_response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(csv_response.text, newline="")))
    assert [build_row(document) for document in expected] == rows


def build_row(document: dict[str, Any]) -> dict[str, str]:
    return {
        key: json.dumps(value) if isinstance(value, dict) else "" if value is None else str(value)
        for key, value in document.items()
    }


def test_xml_csv_and_html_resources_equal_json_resource(shared_api: Api) -> None:
    recording = next(r for r in shared_api.list_recordings("PageSize=1000") if r["encryption_details"])
    for path in (f"Recordings/{recording['sid']}", f"Calls/{recording['call_sid']}"):
        expected = shared_api.get_twilio_json(f"{path}.json")
        element = ElementTree.fromstring(shared_api.get_in_account(f"{path}.xml").content)[0]
        assert normalize(without_extensions(expected)) == read_element(element)
        assert [build_row(expected)] == list(
            csv.DictReader(io.StringIO(shared_api.get_in_account(f"{path}.csv").text, newline=""))
        )
        page = shared_api.get_in_account(f"{path}.html")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<td>{recording['call_sid']}</td>" in page.text


def test_xml_uris_without_extension_lead_to_the_resources(shared_api: Api) -> None:
    """A recording's own `Uri` without an extension is its audio, as at Twilio (WIRE §8, §17)."""
    root = shared_api.root
    path = f"{root}/Recordings/{shared_api.find_sid(Status.COMPLETED)}"
    recording = ElementTree.fromstring(shared_api.get(f"{path}.xml").content)[0]
    assert recording.findtext("Uri") == path
    assert recording.findtext("SubresourceUris/AddOnResults") == f"{path}/AddOnResults"
    assert recording.findtext("SubresourceUris/Transcriptions") == f"{path}/Transcriptions"
    for uri in (path, f"{path}/AddOnResults", f"{path}/Transcriptions", root):
        assert shared_api.get(uri).status_code == 200
    assert ElementTree.fromstring(shared_api.get(f"{root}.xml").content).findtext("Account/Uri") == root


def test_list_without_extension_is_xml(shared_api: Api) -> None:
    assert shared_api.get_in_account("Recordings").text == shared_api.get_in_account("Recordings.xml").text.replace(
        "Recordings.xml", "Recordings"
    )
    assert shared_api.get_in_account("Calls?PageSize=1").headers["content-type"] == "application/xml"


def test_empty_list_has_no_rows(shared_api: Api) -> None:
    path = f"Recordings.csv?CallSid=CA{'0' * 32}"
    assert shared_api.get_in_account(path).text == "\r\n"
    assert ElementTree.fromstring(shared_api.get_in_account(path.replace("csv", "xml")).content)[0].attrib["end"] == "0"


def test_every_representation_encodes_page_that_server_sends(shared_api: Api) -> None:
    responses = {
        representation: shared_api.get_in_account(f"Recordings.{representation}?PageSize=2")
        for representation in Representation
    }
    envelope = responses[Representation.JSON].json()
    for representation, response in responses.items():
        own_envelope = {
            key: value.replace(".json", f".{representation}") if isinstance(value, str) else value
            for key, value in envelope.items()
        }
        encode_page = load_encoder(representation).encode_page
        expected = encode_page("Recording", "recordings", own_envelope, envelope["recordings"])
        assert response.content == expected


@pytest.mark.parametrize("extension", ["csv", "html", "xml"])
def test_errors_have_requested_representation(shared_api: Api, extension: str) -> None:
    response = shared_api.get_in_account(f"Recordings/RE{'0' * 32}.{extension}")
    assert response.status_code == 404
    assert extension in response.headers["content-type"]
    assert "20404" in response.text


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
