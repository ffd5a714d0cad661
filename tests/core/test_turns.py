"""The context of a question: which turns go along, and which of their images."""

from __future__ import annotations

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
    assert thinned[0].text == "[An image was here: a: image/png, 640 x 480 px, 1 bytes. a plot of a]\n\none"


def test_no_image_is_touched_while_there_is_room() -> None:
    messages = [Message("user", (picture("a"),))]
    for room in (None, 1, 5):
        assert (messages, 0) == thin_images(messages, room)


def test_with_no_room_every_image_becomes_words() -> None:
    thinned, count = thin_images([Message("user", (picture("a"), picture("b")))], 0)
    assert (count, thinned[0].images) == (2, [])


def test_an_image_without_a_description_is_still_named() -> None:
    bare = Image(b"x", "image/png", 2, 3)
    assert thin_images([Message("user", (bare,))], 0)[0][0].text == "[An image was here: image/png, 2 x 3 px, 1 bytes.]"


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
