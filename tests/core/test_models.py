"""What a model does not take is refused before anything is sent, in one line that says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbreason.core.models import OPENAI_MODELS, UNKNOWN, ModelFacts, Options, check, fold_system
from nbreason.core.parts import Image, Text
from nbreason.core.turns import Message
from nbreason.errors import Refused

O3, O3_MINI, O1_PREVIEW = (OPENAI_MODELS[name] for name in ("o3", "o3-mini", "o1-preview"))
PNG = Image(b"x" * 1_500_000, "image/png", 640, 480, source="In[5].2")
WORDS = Message("user", (Text("why?"),))


def refusal(facts: ModelFacts, messages: list[Message], options: Options | None = None, hint: str = "") -> str:
    """The line of the refusal, or nothing."""
    try:
        check("segmind:this", facts, messages, options or Options(), hint)
    except Refused as error:
        return str(error)
    return ""


def figures(count: int) -> list[Message]:
    return [Message("user", (PNG,) * count)]


@pytest.mark.parametrize(
    ("line", "thing", "way"),
    [
        (refusal(O3_MINI, figures(1), hint="segmind:o3"), "one figure is attached", "Use segmind:o3, or drop"),
        (refusal(O3_MINI, figures(2)), "2 figures are attached", "Use a model that reads images"),
        (refusal(UNKNOWN, figures(1)), "is not known to read images", 'models = {"segmind:this": {"images": True}}'),
        (refusal(UNKNOWN, figures(1)), "one figure is attached", "%nbreason models segmind --refresh asks its server"),
        (refusal(replace(O3, images=5), figures(6)), "at most 5 images, and 6", "Attach fewer"),
        (refusal(replace(O3, image_bytes=1_000_000), figures(1)), "In[5].2 has 1.5 MB", "Save it smaller"),
        (refusal(O3, [WORDS], Options(effort="huge")), "the effort 'huge'", "Use low, medium, high"),
        (refusal(O1_PREVIEW, [WORDS], Options(effort="high")), "the effort 'high'", "drop --effort"),
        (refusal(O1_PREVIEW, [WORDS], Options(max_tokens=40_000)), "at most 32,768 tokens", "--max-tokens"),
    ],
)
def test_each_refusal_is_one_line_that_names_the_model_the_thing_and_a_way_on(line: str, thing: str, way: str) -> None:
    assert "\n" not in line
    assert line.startswith("segmind:this ")
    assert thing in line
    assert way in line
    assert line.endswith("Nothing was sent.")


def test_what_a_model_takes_passes() -> None:
    full = Options(effort="high", max_tokens=100_000)
    assert refusal(O3, figures(50), full) == ""
    assert refusal(replace(O3, images=5, image_bytes=1_500_000), figures(5)) == ""
    assert refusal(O3_MINI, [WORDS], full) == ""
    assert refusal(O1_PREVIEW, [WORDS]) == ""


def test_of_an_unknown_model_only_text_is_assumed_and_the_rest_passed_on() -> None:
    assert refusal(UNKNOWN, [WORDS], Options(effort="minimal", max_tokens=10**6)) == ""
    assert refusal(UNKNOWN, figures(1)) != ""


def test_an_image_of_an_earlier_turn_counts() -> None:
    assert "2 figures are attached" in refusal(O3_MINI, [*figures(1), *figures(1), WORDS])


def test_the_reasoning_models_are_described_as_their_makers_do() -> None:
    assert {name: facts.images for name, facts in OPENAI_MODELS.items()} == {
        "o3": "any",
        "o4-mini": "any",
        "o1": "any",
        "o3-mini": 0,
        "o1-preview": 0,
    }
    assert O1_PREVIEW.system == "fold"
    assert (O1_PREVIEW.efforts, O1_PREVIEW.window, O1_PREVIEW.max_output) == ((), 128_000, 32_768)
    assert (O3.efforts, O3.window, O3.max_output) == (("low", "medium", "high"), 200_000, 100_000)
    assert {"max_completion_tokens"} == {facts.cap for facts in OPENAI_MODELS.values()}


def test_a_fact_can_be_corrected_and_an_unknown_fact_is_refused() -> None:
    better = UNKNOWN.override({"images": 5, "efforts": ["low", "high"]})
    assert ModelFacts(images=5, efforts=("low", "high")) == better
    assert [UNKNOWN.override({"images": said}).images for said in (True, False, 0)] == ["any", 0, 0]
    with pytest.raises(Refused, match=r"images in NBReason\.models is True, False or a number of images, not 'yes'"):
        UNKNOWN.override({"images": "yes"})
    with pytest.raises(Refused, match=r"NBReason\.models has no fact 'image'; there are: .*images"):
        UNKNOWN.override({"image": 5})


def test_instructions_are_folded_into_the_first_user_message() -> None:
    system = Message("system", (Text("Be brief."),))
    earlier = [Message("user", (Text("one"),)), Message("assistant", (Text("1"),))]
    folded = fold_system([system, *earlier, WORDS])
    assert [message.role for message in folded] == ["user", "assistant", "user"]
    assert [message.text for message in folded] == ["Be brief.\n\none", "1", "why?"]
    assert fold_system([WORDS]) == [WORDS]
