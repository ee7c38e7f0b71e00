"""The table of elements is complete: it has every class, attribute and child of twilio-python's `voice_response`."""

import inspect
import re

import pytest
from twilio.twiml import TwiML, lower_camel, voice_response

from mockserver.twiml.elements import ELEMENT_TYPES, NAMES, ROOT, Treatment

CLASSES: dict[str, type[TwiML]] = {
    name: value
    for name, value in vars(voice_response).items()
    if inspect.isclass(value) and issubclass(value, TwiML) and value is not TwiML
}
DOCUMENTED_ONLY = {
    # Twilio documents these, and the SDK's typed helpers lack them (WIRE-CALLS §3.5).
    ("Recording", "name"),
    ("RecordingToStop", "name"),
}


def find_methods(class_name: str) -> dict[str, inspect.Signature]:
    """Return the signatures of the methods that nest an element, by the nested element's class."""
    found = {}
    for name, method in vars(CLASSES[class_name]).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            (nested,) = (call for call in re.findall(r"(\w+)\(", inspect.getsource(method)) if call in CLASSES)
            found[nested] = inspect.signature(method)
    return found


def find_text_parameter(class_name: str) -> set[str]:
    """Return the parameter of a class that becomes the element's text: `number` of `Dial`."""
    return {
        lower_camel(TwiML.MAP.get(name, name))
        for name in inspect.signature(CLASSES[class_name]).parameters
        if name != "kwargs"
    }


def list_sdk_attributes() -> dict[str, set[str]]:
    """Return the attributes by class: a method's parameters without the one that becomes the element's text."""
    attributes: dict[str, set[str]] = {name: set() for name in CLASSES}
    for parent in CLASSES:
        for nested, signature in find_methods(parent).items():
            names = {lower_camel(TwiML.MAP.get(name, name)) for name in signature.parameters}
            attributes[nested] |= names - {"self", "kwargs"} - find_text_parameter(nested)
    return attributes


SDK_ATTRIBUTES = list_sdk_attributes()


def test_sdk_has_as_many_classes_as_the_table_knows() -> None:
    assert len(CLASSES) == 59
    assert set(ELEMENT_TYPES) == {*CLASSES, "RecordingToStop"}


@pytest.mark.parametrize("key", CLASSES)
def test_element_equals_the_sdk_class(key: str) -> None:
    arguments = [None] * len(find_text_parameter(key))
    element_type = ELEMENT_TYPES[key]
    assert CLASSES[key](*arguments).name == element_type.name
    documented = {name for documented_key, name in DOCUMENTED_ONLY if documented_key == key}
    assert SDK_ATTRIBUTES[key] | documented == element_type.attributes
    assert set(find_methods(key)) == {child for child in element_type.children if child in CLASSES}


@pytest.mark.parametrize("key", [key for key in CLASSES if find_text_parameter(key)])
def test_element_with_text_in_the_sdk_has_text(key: str) -> None:
    assert ELEMENT_TYPES[key].has_text


def test_children_are_keys_of_the_table_with_distinct_names() -> None:
    for element_type in ELEMENT_TYPES.values():
        names = [ELEMENT_TYPES[child].name for child in element_type.children]
        assert len(names) == len(set(names)), element_type.name


def test_every_element_is_reachable_from_the_root() -> None:
    found = {"VoiceResponse"}
    while nested := {child for key in found for child in ELEMENT_TYPES[key].children} - found:
        found |= nested
    assert found == set(ELEMENT_TYPES)


def test_verbs_are_played_or_skipped() -> None:
    treatments = {ELEMENT_TYPES[child].name: ELEMENT_TYPES[child].treatment for child in ROOT.children}
    skipped = {name for name, treatment in treatments.items() if treatment is Treatment.SKIPPED}
    assert skipped == {"Connect", "Echo", "Pay", "Prompt", "Queue", "Refer", "Sms"}
    assert {treatments[name] for name in treatments.keys() - skipped} == {Treatment.PLAYED}


def test_ssml_is_speech() -> None:
    assert {ELEMENT_TYPES[key].treatment for key in ELEMENT_TYPES if key.startswith("Ssml")} == {Treatment.SPEECH}
    assert {"say-as", "break", "Response"} <= NAMES
