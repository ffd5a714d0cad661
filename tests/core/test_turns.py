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
    assert 0 == left_out
    assert ["user", "assistant"] * 4 == [message.role for message in messages]
    assert ["question 1", "answer 1", "question 2"] == said(messages)[:3]


def test_the_oldest_turns_are_left_out_first_and_counted() -> None:
    messages, left_out = context(TURNS, 2 * EACH)
    assert (["question 3", "answer 3", "question 4", "answer 4"], 2) == (said(messages), left_out)


def test_one_token_too_few_leaves_out_one_turn_more() -> None:
    assert 3 == context(TURNS, 2 * EACH - 1)[1]


def test_a_turn_that_does_not_fit_hides_those_before_it() -> None:
    """A conversation with a hole in it would mislead the model."""
    long = Turn((Text("x" * 4000),), "y")
    messages, left_out = context([TURNS[0], long, TURNS[1]], 100)
    assert (["question 2", "answer 2"], 2) == (said(messages), left_out)


def test_no_room_leaves_nothing() -> None:
    assert ([], 4) == context(TURNS, 0)
    assert ([], 4) == context(TURNS, -50)
    assert ([], 0) == context([], 0)


def test_images_count_in_the_budget() -> None:
    turn = Turn((picture("a"), Text("why?")), "so")
    needed = image_tokens(640, 480) + text_tokens("why?") + text_tokens("so")
    assert 0 == context([turn], needed)[1]
    assert 1 == context([turn], needed - 1)[1]


def test_the_newest_images_stay_and_the_older_become_words() -> None:
    messages = [Message("user", (picture("a"), Text("one"))), Message("user", (picture("b"), picture("c")))]
    thinned, count = thin_images(messages, 2)
    assert 1 == count
    assert [[], ["b", "c"]] == [[image.source for image in message.images] for message in thinned]
    assert "[An image was here: a: image/png, 640 x 480 px, 1 bytes. a plot of a]\n\none" == thinned[0].text


def test_no_image_is_touched_while_there_is_room() -> None:
    messages = [Message("user", (picture("a"),))]
    for room in (None, 1, 5):
        assert (messages, 0) == thin_images(messages, room)


def test_with_no_room_every_image_becomes_words() -> None:
    thinned, count = thin_images([Message("user", (picture("a"), picture("b")))], 0)
    assert (2, []) == (count, thinned[0].images)


def test_an_image_without_a_description_is_still_named() -> None:
    bare = Image(b"x", "image/png", 2, 3)
    assert "[An image was here: image/png, 2 x 3 px, 1 bytes.]" == thin_images([Message("user", (bare,))], 0)[0][0].text


def test_thinning_leaves_the_given_messages_as_they_are() -> None:
    messages = [Message("user", (picture("a"),))]
    thin_images(messages, 0)
    assert 1 == len(messages[0].images)


def test_estimates_are_near_what_is_known() -> None:
    """Four characters of English a token; OpenAI's documented examples for images: 765 and 1,105 tokens."""
    assert (0, 1, 1, 2) == tuple(map(text_tokens, ("", "a", "abcd", "abcde")))
    assert 2 == text_tokens("日本語")
    assert 765 == image_tokens(1024, 1024)
    assert 1105 == image_tokens(2048, 4096)
    assert 85 == image_tokens(0, 10)
    assert 255 == image_tokens(1, 1)
    assert image_tokens(64, 48) == tokens_of(Image(b"", "image/png", 64, 48))
