"""The context of a question: which turns go along, and which of their images."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbreason.core.estimate import image_tokens, text_tokens, tokens_of
from nbreason.core.parts import Image, Text
from nbreason.core.turns import Message, Turn, context, thin_images

TURNS = [Turn((Text(f"question {n}"),), f"answer {n}") for n in range(1, 5)]
EACH = text_tokens("question 1") + text_tokens("answer 1")


def picture(name: str) -> Image:
    return Image(name.encode(), "image/png", 640, 480, f"a plot of {name}", name)


def said(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


def test_all_turns_go_along_when_no_limit_is_known() -> None:
    messages, left_out = context(TURNS, None)
    assert left_out == 0
    assert [message.role for message in messages] == ["user", "assistant"] * 4
    assert said(messages)[:3] == ["question 1", "answer 1", "question 2"]


def test_the_oldest_turns_are_left_out_first_and_counted() -> None:
    messages, left_out = context(TURNS, 2 * EACH)
    assert (said(messages), left_out) == (["question 3", "answer 3", "question 4", "answer 4"], 2)


def test_one_token_too_few_leaves_out_one_turn_more() -> None:
    assert context(TURNS, 2 * EACH - 1)[1] == 3


def test_a_turn_that_does_not_fit_hides_those_before_it() -> None:
    """A conversation with a hole in it would mislead the model."""
    long = Turn((Text("x" * 4000),), "y")
    messages, left_out = context([TURNS[0], long, TURNS[1]], 100)
    assert (said(messages), left_out) == (["question 2", "answer 2"], 2)


def test_no_room_leaves_nothing() -> None:
    assert context(TURNS, 0) == ([], 4)
    assert context(TURNS, -50) == ([], 4)
    assert context([], 0) == ([], 0)


def test_images_count_in_the_budget() -> None:
    turn = Turn((picture("a"), Text("why?")), "so")
    needed = image_tokens(640, 480) + text_tokens("why?") + text_tokens("so")
    assert context([turn], needed)[1] == 0
    assert context([turn], needed - 1)[1] == 1


def test_the_newest_images_stay_and_the_older_become_words() -> None:
    messages = [Message("user", (picture("a"), Text("one"))), Message("user", (picture("b"), picture("c")))]
    thinned, count = thin_images(messages, 2)
    assert count == 1
    assert [[image.source for image in message.images] for message in thinned] == [[], ["b", "c"]]
    words = '[An image was here: a, image/png, 640 x 480 px.]\n<data name="a" kind="figure">\na plot of a\n</data>'
    assert thinned[0].text == f"{words}\n\none"


def test_no_image_is_touched_while_there_is_room() -> None:
    messages = [Message("user", (picture("a"),))]
    for room in (None, 1, 5):
        assert (messages, 0) == thin_images(messages, room)


def test_with_no_room_every_image_becomes_words() -> None:
    thinned, count = thin_images([Message("user", (picture("a"), picture("b")))], 0)
    assert (count, thinned[0].images) == (2, [])


def test_an_image_without_a_description_is_still_named() -> None:
    bare = Image(b"x", "image/png", 2, 3)
    assert thin_images([Message("user", (bare,))], 0)[0][0].text == "[An image was here: image/png, 2 x 3 px.]"


@pytest.mark.parametrize("path", ["/home/ada/secret project/pat ient.png", "./photo", r"C:\ada\secret.png", "~/a.png"])
@pytest.mark.parametrize("alt", ["", "a plot"])
def test_the_words_for_an_image_tell_no_path(path: str, alt: str) -> None:
    image = Image(b"x", "image/png", 2, 3, alt, path)
    (message,), _ = thin_images([Message("user", (image,))], 0)
    again, _ = context([Turn((image,)), Turn((image,))], None)
    sent = message.text + again[0].text + image.caption()
    assert not any(word in sent for word in ("ada", "secret", "photo", "png.", ".png"))
    assert "image/png, 2 x 3 px" in sent
    assert path in image.describe(), "it is told to the person"


# The same picture again.


def test_a_picture_that_comes_again_goes_once_where_it_comes_last() -> None:
    turns = [Turn((picture("a"), Text(f"question {n}")), "so") for n in range(3)]
    messages, _ = context(turns, None)
    assert [len(message.images) for message in messages] == [0, 0, 0, 0, 1, 0]
    assert said(messages)[0] == "[The picture a comes again below.]\n\nquestion 0"
    messages, _ = context(turns, None, (picture("b"), picture("a")))
    assert [len(message.images) for message in messages] == [0] * 6


def test_a_picture_that_comes_again_by_another_name_says_which() -> None:
    old = Image(b"x", "image/png", 2, 3, source="In[1].5")
    for new, words in (
        ("In[9].1", "[The picture In[1].5 comes again below, as In[9].1.]"),
        ("/tmp/x.png", "[The picture In[1].5 comes again below.]"),
    ):
        messages, _ = context([Turn((old,))], None, (replace(old, source=new),))
        assert said(messages)[0] == words
    messages, _ = context([Turn((replace(old, source=""),))], None, (replace(old, source=""),))
    assert said(messages)[0] == "[This picture comes again below.]"


def test_a_picture_twice_in_one_turn_goes_once() -> None:
    messages, _ = context([Turn((picture("a"), Text("and"), picture("a")))], None)
    assert messages[0].parts == (Text("[The picture a comes again below.]"), Text("and"), picture("a"))


def test_a_picture_that_comes_again_takes_no_room() -> None:
    turns = [Turn((picture("a"), Text("why?")), "so")] * 3
    words = text_tokens("[The picture a comes again below.]")
    whole = image_tokens(640, 480) + 3 * (text_tokens("why?") + text_tokens("so")) + 2 * words
    assert context(turns, whole)[1] == 0
    assert context(turns, whole - 1)[1] == 1


def test_no_words_point_to_a_turn_that_is_left_out() -> None:
    """A pinned turn stays while later ones are left out: its picture must stay with it."""
    pinned = Turn((picture("a"), Text("first")), "so", pinned=True)
    long = Turn((picture("a"), Text("x" * 4000)), "so")
    messages, left_out = context([pinned, long, TURNS[0]], 800)
    assert (left_out, messages[0].images) == (1, [picture("a")])


def test_thinning_leaves_the_given_messages_as_they_are() -> None:
    messages = [Message("user", (picture("a"),))]
    thin_images(messages, 0)
    assert len(messages[0].images) == 1


def test_estimates_are_near_what_is_known() -> None:
    """Four characters of English a token; OpenAI's documented examples for images: 765 and 1,105 tokens."""
    assert tuple(map(text_tokens, ("", "a", "abcd", "abcde"))) == (0, 1, 1, 2)
    assert text_tokens("日本語") == 2
    assert image_tokens(1024, 1024) == 765
    assert image_tokens(2048, 4096) == 1105
    assert image_tokens(0, 10) == 85
    assert image_tokens(1, 1) == 255
    assert image_tokens(64, 48) == tokens_of(Image(b"", "image/png", 64, 48))
