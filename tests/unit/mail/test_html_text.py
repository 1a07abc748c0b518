"""HTML becomes the words that its reader sees, whatever the markup is like."""

import pytest

from hub.sdk.html_text import LONGEST, to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("one<br/>two<BR>three", "one\ntwo\nthree"),
        ("a &amp; b&nbsp;&euro; &#252; &notthis;", "a & b € ü ¬this;"),
        ("  many \n\t blanks  <b> in</b> here ", "many blanks in here"),
        ("<table><tr><td>INV-1</td><td>40.00</td></tr><tr><td>INV-2</td></tr></table>", "INV-1 40.00\nINV-2"),
        ("<blockquote>one<blockquote>two</blockquote>one</blockquote>zero", "> one\n> > two\n> one\nzero"),
        ("<head><title>t</title></head><style>p {}</style><script>if (a < b) x()</script>seen", "seen"),
        ("<!DOCTYPE html><!-- not <b>this</b> --><![if !mso]>seen<![endif]>", "seen"),
        ("<div style='display: none'>not <p>this</p></div>seen", "seen"),
        ("<span style='font-size:0px'>not this</span><span style='font-size:0.9em'>seen</span>", "seen"),
        ("<p hidden>not this</p>seen", "seen"),
        ("1 < 2 and 3 <4", "1 < 2 and 3 <4"),
        ("<p>never <b>closed", "never closed"),
        ("</p></div></b>closed too often", "closed too often"),
        ("cut off <a href='", "cut off"),
        ("<div><p>mis<b>nested</div></b> tags</p>", "misnested\ntags"),
        ("", ""),
    ],
)
def test_text_of_html(html, text):
    assert to_text(html) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<!--",
        "<!",
        "&#",
        "<a b='",
        "<div>",
        "</",
        "</div>",
        "<script>",
        "<![CDATA[",
        "<blockquote>",
        "<td>x",
    ],
)
def test_masses_of_broken_markup_have_an_end(piece):
    assert len(to_text(piece * (2 * LONGEST // len(piece)))) <= 2 * LONGEST


def test_what_lies_beyond_is_not_read():
    assert to_text("x" * (LONGEST + 10)) == "x" * LONGEST
