"""The answer reports exactly what a model would have received."""

from __future__ import annotations

import io
import json
import re

import pytest

from nbreason.rehearsal import Rehearsal
from nbreason.rehearsal.pixels import measure

from .conftest import chat, data_uri, image_part, png, responses, said, segmind, send, user

TABLE = """<data name="geyser" kind="table" type="pandas.DataFrame" shape="272 x 2">
Columns:
- eruptions: float64; missing 0; distinct 126; min 1.6; median 4; max 5.1
- waiting: int64; missing 0; distinct 51
Rows (first 2 of 272):
- not a column: 1
</data>"""


def test_the_answer_begins_with_what_it_is_and_quotes_the_question(server: Rehearsal) -> None:
    text = said(segmind(server, f"Why *two* peaks?\nReally?\n\n{TABLE}\nrehearse: slow 0"))
    assert text.startswith(
        "**This is the rehearsal server: no model was asked, nothing left this machine, nothing was spent.**"
    )
    assert "\n> Why *two* peaks?\n> Really?\n\n" in text
    assert "rehearse:" not in text
    assert text.index("Two peaks") < text.index("<details>") < text.index("> Why *two* peaks?")
    assert text.endswith("\n\n</details>\n")


@pytest.mark.parametrize("joined", [True, False])
def test_tables_are_reported_with_shape_and_columns(server: Rehearsal, joined: bool) -> None:
    parts = ["Why?", TABLE]
    content = "\n\n".join(parts) if joined else [{"type": "text", "text": part} for part in parts]
    text = said(chat(server, content))
    size = len(TABLE.split(">\n", 1)[1].removesuffix("\n</data>"))
    assert f"  - table `geyser`: `pandas.DataFrame`, 272 rows x 2 columns, {size} characters\n" in text
    assert "    - columns `eruptions`, `waiting`\n" in text
    assert "not a column" not in text


def test_columns_are_also_read_from_a_grid(server: Rehearsal) -> None:
    grid = 'name,distinct,mean\nage,9,3.5\n"a,b",8,4.5\n- city: str; distinct 3\nIndex: Index, from 1 to 2'
    text = said(chat(server, f"Why?\n{TABLE.replace(TABLE.split(chr(10), 2)[2], grid)}\n</data>"))
    assert "    - columns `age`, `a,b`, `city`\n" in text


def test_other_data_is_reported_with_name_and_kind(server: Rehearsal) -> None:
    blocks = (
        '<data name="a &lt; b" kind="array" type="numpy.ndarray" shape="3 x 4 x 5">\n...\n</data>\n'
        '<data name="last error" kind="error">\nValueError: no\n</data>\n'
        '<data kind="text">\nno name, so no block\n</data>\n<data name="open" kind="text">\nnever closed'
    )
    text = said(segmind(server, f"Why?\n{blocks}"))
    assert "  - array `a < b`: `numpy.ndarray`, shape `3 x 4 x 5`, 3 characters\n" in text
    assert "  - error `last error`: 14 characters\n" in text
    assert "text `open`" not in text


def test_images_are_reported_with_pixels_type_and_bytes(server: Rehearsal) -> None:
    content = [
        {"type": "text", "text": "What?"},
        image_part(data_uri(png(640, 480, 20_029))),
        image_part(data_uri(png(8, 6, 99), "image/jpeg"), detail="low"),
    ]
    text = said(chat(server, content))
    assert "  - image 1: 640 x 480 pixels, image/png, 20,029 bytes, about 425 tokens\n" in text
    assert "image 2: 8 x 6 pixels, image/png (sent as `image/jpeg`), 99 bytes, about 85 tokens\n" in text


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [(512, 512, 255), (1024, 1024, 765), (2048, 4096, 1105), (1, 1, 255), (10_000, 10, 765)],
)
def test_image_tokens_follow_the_tile_rule(server: Rehearsal, width: int, height: int, tokens: int) -> None:
    got = chat(server, [image_part(data_uri(png(width, height)))])
    assert got.json["usage"]["prompt_tokens"] == tokens


def test_text_tokens_are_a_quarter_of_the_characters(server: Rehearsal) -> None:
    assert segmind(server, "a" * 401).json["usage"]["prompt_tokens"] == 101


def test_model_effort_and_endpoint_are_named(server: Rehearsal) -> None:
    assert "Model `o3`, effort `high`, by `POST /v1/o3` (Segmind)" in said(
        segmind(server, "a", reasoning_effort="high")
    )
    assert "Model `openai/o3`, no effort given, by `POST /v1/chat/completions`" in said(chat(server, "a", "openai/o3"))
    assert (
        "effort `low`, by `POST /v1/responses`"
        in responses(server, "a", reasoning={"effort": "low"}).json["output_text"]
    )


def test_a_conversation_shows_which_earlier_turns_came_along(server: Rehearsal) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        *user(f"What columns does `geyser` have?\n{TABLE}"),
        {"role": "assistant", "content": "Two."},
        *user([image_part(data_uri(png(2, 2)))]),
        {"role": "assistant", "content": "Two peaks."},
        *user("And what follows from both?"),
    ]
    text = said(send(server, "POST", "/v1/o3", {"messages": messages}))
    assert "2 earlier questions and 2 earlier answers of this conversation came along" in text
    assert "- ``What columns does `geyser` have?``\n- (no text)\n" in text
    assert "> And what follows from both?" in text
    assert "- Message 1, system: 9 characters of text, about 3 tokens\n  - begins `Be brief.`" in text
    assert "earlier" not in said(segmind(server, "first question"))


def test_a_line_about_an_earlier_picture_is_not_taken_for_the_question(server: Rehearsal) -> None:
    messages = [
        *user("[The picture In[1].5 comes again below.]\nWhy two peaks?"),
        {"role": "assistant", "content": "Two groups."},
        *user("And now?"),
    ]
    assert "- `Why two peaks?`\n" in said(send(server, "POST", "/v1/o3", {"messages": messages}))


def test_a_long_conversation_is_cut_short_but_counted_in_full(server: Rehearsal) -> None:
    turn = [*user("q" * 400), {"role": "assistant", "content": "a" * 400}]
    got = send(server, "POST", "/v1/o3", {"messages": [*turn * 30, *user("last" * 200)]})
    text = said(got)
    assert "- 22 questions before these" in text
    assert "- not listed: 55 more messages, about 5,500 tokens" in text
    assert got.json["usage"]["prompt_tokens"] == 60 * 100 + 200
    assert len(text) < 6000


@pytest.mark.parametrize("nasty", ["`", "``x`", "<script>", "$x$ | y", "a\tb", "[l](javascript:0)"])
def test_names_and_words_from_outside_stay_inside_code_spans(server: Rehearsal, nasty: str) -> None:
    text = said(chat(server, [{"type": "text", "text": nasty}]))
    begins = re.search(r"begins (`+) ?(.*?) ?\1\n", text)
    assert begins is not None
    assert begins.group(2) == " ".join(nasty.split())
    assert begins.group(1) not in nasty


def test_the_sample_shows_lists_a_table_code_and_formulas(server: Rehearsal) -> None:
    text = said(segmind(server, "a")).split("<details>")[0]
    assert re.search(r"^- .+\n  - ", text, re.MULTILINE)
    assert "|:--|:--|:--|\n" in text
    assert re.search(r"\$\$\n.+\n\$\$", text)
    assert re.search(r"\$\\bar x .+\$", text)
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    exec(compile(code.group(1), "sample", "exec"), {})


def test_a_json_answer_reports_the_same_facts(server: Rehearsal) -> None:
    content = [{"type": "text", "text": f"As JSON, why?\n{TABLE}"}, image_part(data_uri(png(7, 5)))]
    got = json.loads(said(chat(server, content, response_format={"type": "json_object"})))
    assert got["question"] == "As JSON, why?"
    assert got["images"] == [{"width": 7, "height": 5, "bytes": 100}]
    assert got["data"] == [{"name": "geyser", "kind": "table", "shape": "272 x 2"}]
    assert "no model was asked" in got["note"]


def test_the_answer_fits_about_a_screen_and_a_half(server: Rehearsal) -> None:
    assert len(said(segmind(server, f"Why?\n{TABLE}")).splitlines()) < 60


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "WEBP lossless", "WEBP alpha", "JPEG progressive"])
def test_sizes_are_read_from_images_that_another_library_wrote(server: Rehearsal, kind: str) -> None:
    image = pytest.importorskip("PIL.Image")
    name, _, how = kind.partition(" ")
    picture = image.new("RGBA" if how == "alpha" else "RGB", (301, 177))
    if how == "alpha":
        picture.putpixel((3, 3), (1, 2, 3, 4))
    file = io.BytesIO()
    picture.save(file, name, **({how: True} if how in ("lossless", "progressive") else {}))
    media = f"image/{name.lower()}"
    text = said(chat(server, [image_part(data_uri(file.getvalue(), media))]))
    assert f"image 1: 301 x 177 pixels, {media}, {len(file.getvalue()):,} bytes" in text


def test_the_tables_of_a_jpeg_are_not_taken_for_its_frame() -> None:
    tables = b"\xff\xc4\x00\x07\x00\x00\x09\x00\x09\xff\xff"
    frame = b"\xc0\x00\x0b\x08\x00\xb1\x01\x2d\x01\x01\x11\x00"
    assert measure(b"\xff\xd8" + tables + frame) == ("image/jpeg", 301, 177)


def test_every_truncated_header_is_refused_not_a_fault(server: Rehearsal) -> None:
    image = pytest.importorskip("PIL.Image")
    for name in ("PNG", "JPEG", "GIF", "WEBP"):
        file = io.BytesIO()
        image.new("RGB", (301, 177)).save(file, name)
        found = [measure(file.getvalue()[:length]) for length in range(700)]
        assert found[0] is None
        assert set(found) == {None, (f"image/{name.lower()}", 301, 177)}
