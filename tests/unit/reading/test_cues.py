"""Cues: words and phrases that speak of something, found in plain words."""

from plugins.models.minilm_disputes.cues import TOKEN, Cues, plain, shipped


def groups(cues, text):
    words = TOKEN.findall(plain(text))
    return {(cues.names[group], words[at]) for group, at in cues.found(words)}


def test_plain_words_have_no_accents_case_or_numbers():
    assert plain("Übermäßig: 1.250,00 € à l'entrepôt") == "uebermaessig: 0 € a l'entrepot"


def test_words_beginnings_ends_and_phrases_are_found():
    cues = Cues({"a": "late | deliver*", "b": "*preis", "c": "not received"})
    assert groups(cues, "late delivery") == {("a", "late"), ("a", "delivery")}
    assert groups(cues, "Stückpreis") == {("b", "stueckpreis")}
    assert groups(cues, "was not received") == {("c", "received")}
    assert groups(cues, "received, not paid") == set()


def test_words_may_stand_between():
    cues = Cues({"a": "only ... received"})
    assert groups(cues, "we only have 10 received") == {("a", "received")}
    assert groups(cues, "only on Monday of last week was it received") == set()


def test_the_shipped_cues_speak_four_languages():
    for text in ("freight not agreed", "Fracht nicht vereinbart", "frais de port non convenus", "gastos de envio"):
        assert "freight" in {name for name, _ in groups(shipped(), text)}
