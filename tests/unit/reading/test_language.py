"""Which language a short text is told to be in."""

import pytest

from hub.sdk.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We have not received the goods", "en"),
        ("Die Ware wurde nicht geliefert", "de"),
        ("Nous n'avons pas reçu la marchandise", "fr"),
        ("No hemos recibido la mercancía", "es"),
        ("Non abbiamo ricevuto la merce della fattura", "it"),
        ("Wij hebben de goederen van deze factuur niet ontvangen", "nl"),
        ("DED 07 / RC 11 88123", "und"),
        ("Мы не получили товар", "und"),
        ("我们没有收到货物", "und"),
        ("12.50", "und"),
        ("", "und"),
    ],
)
def test_the_language_is_told_or_left_open(text, language):
    assert language_of(text) == language
