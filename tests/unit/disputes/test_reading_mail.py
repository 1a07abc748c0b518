"""What a mail says: the newest words as text, the rest as context, and the documents that it names."""

import pytest

from hub.disputes.mail import MOST_NUMBERS, identity_of, is_forged, numbers_in, read
from hub.sdk.channel import InboundMessage


def message(text: str, subject: str = "", **more) -> InboundMessage:
    return InboundMessage(**{"sender": "jo@buyer.example", "subject": subject, "text": text} | more)


# The newest words, however the history below them is marked, in the languages that are cut.
THREADS = {
    "English, as Gmail quotes": (
        "We got 36 of 40 cartons.\n\nOn Mon, Mar 2, 2026 at 9:14 AM Acme Accounts Receivable Department\n"
        "<ar@acme.example> wrote:\n\n> Invoice INV-1 is overdue.\n",
        "We got 36 of 40 cartons.",
    ),
    "English, as Outlook does": (
        "Goods arrived damaged.\n\nFrom: Acme AR <ar@acme.example>\nSent: Monday, March 2, 2026 9:14 AM\nTo: Jo\n"
        "Subject: Invoice INV-1\n\nPlease pay.",
        "Goods arrived damaged.",
    ),
    "German, with a signature": (
        "Die Rechnung ist doppelt.\n\nMit freundlichen Grüßen\nJo Meier\nEinkauf\n\n"
        "Am 02.03.2026 um 09:14 schrieb Acme AR <ar@acme.example>:\n> Rechnung INV-1 ist fällig\n",
        "Die Rechnung ist doppelt.",
    ),
    "German, as Outlook does": (
        "Wir haben die Ware nie erhalten.\n\nVon: Acme AR <ar@acme.example>\nGesendet: Montag, 2. März 2026 09:14\n"
        "An: Jo\nBetreff: Rechnung INV-1\n\nBitte zahlen.",
        "Wir haben die Ware nie erhalten.",
    ),
    "French": (
        "Le prix facturé est faux.\n\nCordialement,\nJeanne\n\nLe lun. 2 mars 2026 à 09:14, Acme AR <ar@acme.example>"
        " a écrit :\n> Facture INV-1\n",
        "Le prix facturé est faux.",
    ),
    "Spanish": (
        "Ya pagamos esta factura el 3 de febrero.\n\nUn saludo,\nAna\n\n"
        "El lun, 2 mar 2026 a las 9:14, Acme AR (<ar@acme.example>) escribió:\n> Factura INV-1\n",
        "Ya pagamos esta factura el 3 de febrero.",
    ),
    "Dutch": (
        "De prijs op de factuur klopt niet.\n\nMet vriendelijke groet,\nJan\n\n"
        "Op ma 2 mrt 2026 om 09:14 schreef Acme AR <ar@acme.example>:\n> Factuur INV-1\n",
        "De prijs op de factuur klopt niet.",
    ),
    "Dutch, as Outlook does": (
        "Wij hebben maar 36 dozen ontvangen.\n\nVan: Acme AR <ar@acme.example>\nVerzonden: maandag 2 maart 2026 09:14\n"
        "Aan: Jan\nOnderwerp: Factuur INV-1\n\nGraag betalen.",
        "Wij hebben maar 36 dozen ontvangen.",
    ),
    "between quoted lines": (
        "> Please pay INV-1.\nNo, we returned these goods on Friday.\n> Thanks\n",
        "No, we returned these goods on Friday.",
    ),
    "from a telephone": (
        "Paid\n\nSent from my iPhone\n\nOn 2 Mar 2026, at 09:14, Acme AR <ar@acme.example> wrote:\n\n> INV-1\n",
        "Paid",
    ),
}


@pytest.mark.parametrize("thread", THREADS)
def test_of_a_reply_what_is_new_and_the_rest_as_context(thread):
    text, new = THREADS[thread]
    said = read(message(text, "Re: Reminder", answers=("<1@acme.example>",)))
    assert said.text == new
    assert "INV-1" in said.context
    assert "INV-1" not in said.numbers
    assert "INV-1" in said.further_numbers


def test_the_subject_is_a_part_of_a_first_mail_and_not_of_a_reply():
    assert read(message("See attached.", "Wrong price on INV-2")).text == "Wrong price on INV-2\nSee attached."
    assert read(message("See attached.", "AW: Mahnung INV-2")).text == "See attached."


def test_a_mail_of_a_subject_alone_is_its_subject():
    assert read(message(" \n", "Two pallets are missing")).text == "Two pallets are missing"
    assert read(message("", "Re: INV-2")).text == ""


def test_what_passes_on_a_mail_says_what_that_says_and_whose_it_is():
    text = (
        "FYI, see below\n\n---------- Forwarded message ---------\nFrom: Li <Li@Buyer.example>\nDate: Mon\n"
        "Subject: INV-3\nTo: ar@acme.example\n\nThe delivery was two weeks late.\n"
    )
    said = read(message(text, "Fwd: INV-3", sender="sales@acme.example"))
    assert "two weeks late" in said.text
    assert said.passed_on_from == "li@buyer.example"


def test_the_context_begins_with_the_head_of_the_mail():
    given = {"attachments": ("pod.pdf",), "authentication": {"spf": "pass", "dkim": "none"}}
    assert read(message("Damaged.", "INV-4", **given)).context == (
        "From: jo@buyer.example\nSubject: INV-4\nAttached, not kept: pod.pdf\nSender checks: DKIM none, SPF pass\n"
    )


@pytest.mark.parametrize(
    ("subject", "number"),
    [("Re: [D-12] yours", 12), ("d-7", 7), ("INV-D-12", None), ("D-12-A", None), ("D-" + "9" * 30, None), ("", None)],
)
def test_the_dispute_that_a_subject_names(subject, number):
    assert read(message("x", subject)).dispute_number == number


@pytest.mark.parametrize(
    ("text", "has", "has_not"),
    [
        ("Invoice INV-1042.", {"INV-1042"}, set()),
        ("(inv-1042)", {"inv-1042", "INV-1042"}, set()),
        ("RE 2026/17 und RE 2026/18", {"RE 2026/17", "2026/18"}, set()),
        ("invoices 1042, 1043 and 1044", {"1042", "1043", "1044"}, set()),
        ("Rechnung Nr. 4711", {"4711"}, set()),
        ("factura nº 88", {"88"}, set()),
        ("#17", {"17"}, set()),
        ("We got 36 of 40 in 2026 for 10115 Berlin", set(), {"36", "40", "2026", "10115"}),
        ("order 123456", {"123456"}, set()),
    ],
)
def test_numbers_of_documents(text, has, has_not):
    found = set(numbers_in(text))
    assert has <= found
    assert not has_not & found


def test_numbers_have_an_end():
    assert len(numbers_in(" ".join(f"INV-{n}" for n in range(10_000)))) == MOST_NUMBERS


def test_a_mail_without_an_id_is_what_it_says():
    one, other = message("words"), message("other words")
    assert identity_of(one) == identity_of(message("words")) != identity_of(other)
    assert identity_of(message("words", message_id="<a@b>")) == "<a@b>"


@pytest.mark.parametrize(
    ("found", "forged"),
    [
        ({}, False),
        ({"spf": "fail"}, False),  # passed on by a rule of the own mailbox
        ({"spf": "fail", "dkim": "none"}, False),
        ({"spf": "softfail", "dkim": "fail"}, True),
        ({"dmarc": "fail", "dkim": "pass"}, True),
        ({"dmarc": "pass", "spf": "fail", "dkim": "fail"}, False),
    ],
)
def test_who_is_not_who_they_say(found, forged):
    assert is_forged(message("x", authentication=found)) is forged
