"""What is read of a mail: the newest author's words, at their places in the whole."""

import pytest

from hub.sdk.message import MOST_CHARACTERS, newest

THREAD = """\
From: Dana Ruiz <dana@kestrel.example>
To: billing@supplier.example
Subject: RE: Invoice 4411

Hello Tom,

we received 18 of the 20 cartons, please credit the two missing ones.

Kind regards
Dana Ruiz
Accounts Payable, Kestrel Foods

On Mon, 3 Mar 2025 at 10:12, Tom wrote:
> Dear Dana, your payment for invoice 4411 is late.
> The price is 14.20 as quoted.
"""


def test_only_the_newest_author_is_read():
    read = newest(THREAD).text
    assert read == "Invoice 4411\nwe received 18 of the 20 cartons, please credit the two missing ones."


def test_every_place_points_at_the_same_words_in_the_whole():
    message = newest(THREAD)
    for word in ("4411", "18 of the 20", "missing ones."):
        at = message.text.index(word)
        start, end = message.place(at, at + len(word))
        assert THREAD[start:end] == word


@pytest.mark.parametrize(
    ("history", "language"),
    [
        ("Am 03.03.2025 um 10:12 schrieb Tom Berg:\n> Preis ist vereinbart", "de"),
        ("Le lun. 3 mars 2025 à 10:12, Tom a écrit :\n> le prix est convenu", "fr"),
        ("El lun, 3 mar 2025 a las 10:12, Tom escribió:\n> el precio es correcto", "es"),
        ("-----Original Message-----\nFrom: Tom\nSubject: price\n\nThe price is agreed", "en"),
        ("-----Ursprüngliche Nachricht-----\nVon: Tom\nBetreff: Preis\n\nDer Preis ist vereinbart", "de"),
        ("________________________________\nVon: Tom\nGesendet: Montag\nBetreff: Preis\n\nDer Preis", "de"),
        (
            "On Monday, March 3, 2025 at 10:12 AM Tom Berg, Supplier Ltd\n<tom@supplier.example> wrote:\n\nThe price",
            "en",
        ),
    ],
)
def test_history_is_cut_off_in_each_language(history, language):
    said = "The goods of delivery 12 arrived broken on Friday."
    assert newest(f"{said}\n\n{history}").text == said


def test_a_short_remark_is_left_as_it_is():
    for remark in ("short paid 214.60 - price var PO 88123", "DED 07", "from: stock", "Re pricing: 14,20 not 13,50"):
        assert newest(remark).text == remark


def test_who_only_passes_a_mail_on_is_read_with_it():
    forwarded = "FYI, see below.\n\n-----Original Message-----\nFrom: Ann\nSubject: Invoice 9\n\nWe never ordered this."
    assert "We never ordered this." in newest(forwarded).text


def test_all_quoted_is_read_all_the_same():
    assert newest("> we never got the goods\n> please send a POD").text == "we never got the goods\nplease send a POD"


def test_a_postscript_is_read():
    assert newest("All is well with the price here.\nRegards\nAnn\nPS: two boxes are missing").text == (
        "All is well with the price here.\nPS: two boxes are missing"
    )


@pytest.mark.parametrize("text", ["", " \n\t ", "\n", ">", "--", "Hi,", "\x00\ufffd", "\u2028\x85"])
def test_odd_texts_are_read_without_an_error(text):
    message = newest(text)
    assert message.place(0, 1)[0] <= max(len(text), 1)


def test_what_is_too_long_is_cut():
    assert len(newest("broken goods " * 100_000).text) <= MOST_CHARACTERS
