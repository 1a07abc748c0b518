"""Forms: drawn from the manifest, checked field by field, secrets kept apart and never quoted."""

from dataclasses import replace

import pytest

from hub.connections import forms
from hub.errors import InvalidError
from hub.sdk.manifest import Auth, Manifest, Webhook

KEY = Auth(
    method="key",
    kind="api_key",
    title="Key",
    config={
        "required": ["api_key"],
        "properties": {
            "api_key": {"type": "string", "title": "Key", "pattern": "^k-", "x-secret": True},
            "since": {"type": "string", "format": "date", "title": "Since"},
        },
    },
)
CODE = Auth(method="code", kind="oauth2_code", title="Consent")
MANIFEST = Manifest(
    slug="x",
    name="X",
    version="1",
    kind="connector",
    api=1,
    entry="x:X",
    config={
        "required": ["site"],
        "properties": {
            "site": {"type": "string", "title": "Site", "description": "As in your address bar.", "maxLength": 5},
            "size": {"type": "integer", "default": 10},
        },
    },
    auth=(KEY, CODE),
    webhook=Webhook(header="X-Sig"),
)
FORM = forms.form_of(MANIFEST, KEY, has_app=False)


def test_a_form_is_the_plugins_and_the_ways_own():
    assert list(FORM["properties"]) == ["site", "size", "api_key", "since", "webhook_secret"]
    assert FORM["required"] == ["site", "api_key"]
    assert forms.secret_names(FORM) == {"api_key", "webhook_secret"}


def test_an_app_is_asked_for_where_the_operator_has_none():
    without = forms.form_of(MANIFEST, CODE, has_app=False)
    assert without["required"] == ["client_id", "client_secret", "site"]
    with_app = forms.form_of(MANIFEST, CODE, has_app=True)
    assert with_app["required"] == ["site"] and "client_id" in with_app["properties"]
    named = Auth(method="c", kind="oauth2_code", title="C", config={"properties": {"client_id": {"title": "Our own"}}})
    assert forms.form_of(MANIFEST, named, has_app=False)["properties"]["client_id"] == {"title": "Our own"}


def test_what_is_entered_goes_where_it_belongs():
    entered = forms.check(FORM, {"site": "  a1 ", "api_key": "k- 1\n", "since": "", "webhook_secret": None})
    assert entered.config == {"site": "a1", "size": 10}
    assert entered.secrets == {"api_key": "k- 1"}


def test_what_is_sealed_already_need_not_be_entered_again():
    assert forms.check(FORM, {"site": "a1"}, sealed={"api_key"}).secrets == {}


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({}, "site", "Is needed: As in your address bar."),
        ({}, "api_key", "Is needed: Key."),
        ({"site": "too long"}, "site", "At most 5 characters. As in your address bar."),
        ({"api_key": "wrong-key"}, "api_key", "Must look like ^k-."),
        ({"api_key": ["k-1"]}, "api_key", "Must be text."),
        ({"size": "ten"}, "size", "Must be a whole number."),
        ({"since": "yesterday"}, "since", "Must be a date."),
        ({"sight": 1}, "sight", "Is no field of this form; there are site, size, api_key, since, webhook_secret."),
    ],
)
def test_each_problem_names_its_field(given, field, said):
    with pytest.raises(InvalidError) as caught:
        forms.check(FORM, given)
    assert caught.value.fields[f"config.{field}"] == said
    assert "wrong-key" not in str(caught.value.fields)


def test_a_way_is_named_where_there_are_several():
    assert forms.auth_of(MANIFEST, "code") is CODE
    assert forms.auth_of(replace(MANIFEST, auth=(KEY,)), None) is KEY
    for method in (None, "other"):
        with pytest.raises(InvalidError) as caught:
            forms.auth_of(MANIFEST, method)
        assert caught.value.fields == {"auth_method": "One of key (Key), code (Consent)."}
    with pytest.raises(InvalidError, match="not connected but imported"):
        forms.auth_of(replace(MANIFEST, auth=()), None)
