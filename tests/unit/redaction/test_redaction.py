"""Secrets are struck out, by their looks or because they are known, and nothing else is."""

from urllib.parse import quote, quote_plus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import redaction
from hub.redaction import hide, redact, redact_prose

LOOKS = [
    ("key pp_live_1a2b3c4d_ffffffffffff given", "ffffffffffff"),
    ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
    ("postgresql://paypredict:hunter22@localhost/hub", "hunter22"),
    ("redis://:sesame99@127.0.0.1:6379/0", "sesame99"),
    ("Set-Cookie: paypredict=sesame99; HttpOnly; Path=/", "sesame99"),
    ("cookie: a=1; __Host-paypredict=sesame99", "sesame99"),
    ("the jar holds paypredict_oidc=sesame99", "sesame99"),
    ("GET /api/session/callback?code=sesame99&state=opensesame HTTP/1.1", "sesame99"),
    ("GET /api/session/callback?code=sesame99&state=opensesame HTTP/1.1", "opensesame"),
    ("open https://ar.example.com/sign-in/#link=sesame99", "sesame99"),
    ("got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl back", "c2lnbmF0dXJl"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n", "MIIEvQIBADANBgkq"),
    ("-----BEGIN EC PRIVATE KEY-----\nMIIEvQIBADANBgkq", "MIIEvQIBADANBgkq"),
    ("found AKIAIOSFODNN7EXAMPLE there", "IOSFODNN7EXAMPLE"),
    ("found ghp_abcdefghij0123456789 there", "abcdefghij0123456789"),
    ("found sk_live_abcdefghij0123456789 there", "abcdefghij0123456789"),
]
NAMED = [
    ('{"password": "hunter22"}', "hunter22"),
    ("{'client_secret': 'hunter22'}", "hunter22"),
    ("password=hunter22 host=x", "hunter22"),
    ("grant_type=authorization_code&client_secret=hunter22&x=1", "hunter22"),
    ("aws_secret_access_key = hunter22", "hunter22"),
    ("X-CSRF-Token: hunter22", "hunter22"),
    ("EnvironHeaders([('X-Csrf-Token', 'hunter22'), ('Host', 'x')])", "hunter22"),
    ("metrics_token: sesame99", "sesame99"),
    ("PAYPREDICT_VAULT_KEY=hunter22", "hunter22"),
]


@pytest.mark.parametrize(("text", "secret"), LOOKS + NAMED)
def test_what_looks_like_a_secret_is_struck_out(text, secret):
    assert secret not in redact(text)
    assert secret not in redact(orjson.dumps({"message": text}).decode())
    assert secret not in redact(repr(ValueError(text)))


@pytest.mark.parametrize(("text", "secret"), LOOKS)
def test_prose_is_cleared_of_everything_that_needs_no_name(text, secret):
    assert secret not in redact_prose(text)


@pytest.mark.parametrize("text", ["password: must have 12 characters", "token: is not known", "code: none of these"])
def test_prose_keeps_its_words(text):
    assert redact_prose(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "the token bucket of tenant acme holds 3, see https://example.com/a:b",
        "paypredict up --demo; paypredict tenant list",
        "postgres took 3 s; 018f3a52-0000-8000-8000-000000000001 is done",
        "?limit=50&cursor=abc",
    ],
)
def test_what_is_no_secret_stays(text):
    assert redact(text) == text


def test_an_api_key_can_still_be_told_from_others():
    assert redact("pp_live_1a2b3c4d_ffffffffffff") == "pp_live_1a2b***"


@pytest.mark.parametrize(
    "value", ["opens sesame 1", 'quoted "and" \\ slashed', "line one\nline two", "größer als 8/+&="]
)
def test_a_known_secret_is_struck_out_however_it_is_spelt(value):
    hide(value)
    for spelt in (value, quote(value), quote_plus(value), quote(value, safe="")):
        assert redact(f"before {spelt} after") == "before *** after"
    assert redact(orjson.dumps({"at": value}).decode()) == '{"at":"***"}'
    assert redact(f"{ {'at': value} }") in ("{'at': '***'}", "{'at': \"***\"}")


@pytest.mark.parametrize("value", ["", "short", "postgres", "paypredict"])
def test_words_that_would_ruin_the_logs_are_not_struck_out(value):
    hide(value)
    assert redact(f"all about {value}") == f"all about {value}"


def test_of_secrets_in_use_the_newest_are_known_and_those_of_the_installation_always():
    hide("of-the-installation-1", lasting=True)
    hide("in-use-long-ago-1")
    for number in range(redaction._KEPT_PASSING - 1):
        hide(f"in-use-number-{number}")
    hide("in-use-long-ago-1")
    hide("in-use-just-now-1")
    assert redact("of-the-installation-1 in-use-long-ago-1 in-use-just-now-1") == "*** *** ***"
    assert redact("in-use-number-0") == "in-use-number-0"


SECRETIVE = st.lists(
    st.sampled_from(["password", "=", ": ", '"', "\\", "\n", "-----BEGIN PRIVATE KEY-----", "eyJabcdef.", "Cookie: "])
    | st.text(max_size=5),
    max_size=20,
).map("".join)


NAMES = st.sampled_from(["token", "token:", "password", "secret", "Cookie: ", "vault_key="]) | SECRETIVE
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 1) | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=1),
    max_leaves=10,
)


def shape(document):
    """A document without its texts: what redaction may not touch."""
    if isinstance(document, dict):
        return [shape(value) for value in document.values()]
    return [shape(value) for value in document] if isinstance(document, list) else type(document)


@given(st.lists(DOCUMENTS, max_size=3))
def test_a_line_of_json_remains_one(documents):
    line = redact(orjson.dumps(documents).decode())
    assert shape(orjson.loads(line)) == shape(documents)


@pytest.mark.parametrize(
    "part", ["eyJ", "-eyJ-", "://:", "password ", "cookie: ", "-----BEGIN PRIVATE KEY-----", "pp_"]
)
def test_the_patterns_look_at_no_character_often(part):
    # Were one of them quadratic, this would take minutes.
    redact(part * (300_000 // len(part)))


@pytest.mark.parametrize("text", ['{"token":5,"secret":null,"password":["a"]}', '["token:"]', '{"token:":5}'])
def test_what_is_no_text_in_json_stays(text):
    assert redact(text) == text


@pytest.mark.parametrize("hostile", ["\0", "\x1b[2J", "\u202e", "\ud800", "\r\nX-More: "])
def test_what_is_said_can_be_stored_and_shown(hostile):
    said = redaction.sentence(f"refused: {hostile}why")
    assert said.isprintable() and said.startswith("refused: ") and said.endswith("why")
    said.encode()


def test_what_is_said_is_cut_and_no_half_of_a_secret_is_left():
    redaction.hide("s3cr3t-s3cr3t-s3cr3t")
    said = redaction.sentence("x" * 990 + "s3cr3t-s3cr3t-s3cr3t" * 10_000)
    assert len(said) == 1000 and "s3cr" not in said


def test_a_name_at_the_end_of_a_line_leaves_json_whole():
    line = redact(orjson.dumps({"said": "password=\nhunter22", "and": "password=\n"}).decode())
    assert orjson.loads(line) == {"said": "password=\n***", "and": "password=\n"}
