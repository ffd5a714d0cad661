"""No text is changed but by its markup, and none takes long."""

from __future__ import annotations

import time

import markdown
import pytest

from nbreason.commonmark import CommonMark

OPTIONS = dict.fromkeys(("tables", "strikethrough", "tasklists", "footnotes", "addresses", "maths"), True)


def convert(text: str) -> str:
    return markdown.markdown(text, extensions=[CommonMark(**OPTIONS)])


@pytest.mark.parametrize("text", ["&region;", "&notebook;", "&notit;", "&copy", "&ampx;", "&#xffffffff;", "&;"])
def test_threat_36_what_is_no_whole_entity_stays_as_it_is(text: str) -> None:
    assert convert(text) == f"<p>{text.replace('&', '&amp;')}</p>"


@pytest.mark.parametrize(("text", "character"), [("&reg;", "®"), ("&notin;", "∉"), ("&#174;", "®"), ("&#1;", "\ufffd")])
def test_whole_entities_are_characters(text: str, character: str) -> None:
    assert convert(text) == f"<p>{character}</p>"


def test_threat_36_addresses_keep_their_parameters() -> None:
    html = convert("[a](https://b.c/?a=1&notebook;=2&region=3) https://b.c/?a=1&notebook;=2")

    assert html.count('href="https://b.c/?a=1&amp;notebook;=2') == 2


@pytest.mark.parametrize("end", ["\\", "  ", ""])
def test_threat_36_a_line_end_in_the_description_of_an_image_parts_words(end: str) -> None:
    assert 'alt="look\nhere"' in convert(f"![look{end}\nhere](a.png)")


def test_threat_36_text_that_is_not_indented_far_enough_is_not_part_of_a_bullets_item() -> None:
    assert convert(" -    one\n\n     two") == "<ul>\n<li>one</li>\n</ul>\n<pre><code> two\n</code></pre>"


UNITS = {
    "images around links": "![[]()",
    "images in images": "![![a](b)",
    "escaped brackets before a link's target": "\\[a",
    "links": "[a](b)",
    "definitions": "[a]: b\n",
    "formulas in items": "- \\[\n",
    "formulas of many kinds": "\\begin{align}\n\\begin{gather}\n\\begin{cases}\n",
    "formulas and blank lines": "\\[\n\n",
    "addresses in addresses": "https://",
    "spaces behind a footnote": "[^a]:" + " " * 1_000,
}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("end", ["", "\\](b)"], ids=["", "with an end"])
@pytest.mark.long
def test_threat_36_a_text_of_240_kb_takes_a_few_seconds_at_most(unit: str, end: str) -> None:
    begun = time.process_time()
    convert(unit * (240_000 // len(unit)) + end)

    assert time.process_time() - begun < 5
