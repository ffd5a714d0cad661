"""Why replay files do not answer a question, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nbreason.core.question import Question, headline
from nbreason.core.request import part_hashes
from nbreason.store.saved import SavedAnswer


def why(question: Question, models: Collection[str], saved: Sequence[SavedAnswer]) -> str:
    """The first difference between a question and what the closest of the saved answers was given to, as a clause.

    models: those whose answers were looked for
    saved:  the answers of replay files, at least one; none of them answers the question
    """
    hashes = part_hashes(question.parts)

    def same_text(item: SavedAnswer) -> bool:
        return item.parts[-1] == hashes[-1] if item.parts else item.question == headline(question.parts)

    def same_cell(item: SavedAnswer) -> bool:
        return item.owner is not None and item.owner == question.place.owner

    def closeness(item: SavedAnswer) -> tuple[bool, bool, bool, int]:
        return same_text(item), same_cell(item), item.model in models, len({*hashes} & {*item.parts})

    closest = max(saved, key=closeness)
    file = closest.file
    if not same_text(closest):
        return f"it was edited since {file} was written" if same_cell(closest) else f"{file} does not have it"
    if closest.model not in models:
        return f"{file} has the answer of {closest.model}"
    attached = zip(question.parts, hashes, strict=True)
    new = [
        part.source or "a picture" for part, part_hash in attached if closest.parts and part_hash not in closest.parts
    ]
    if new:
        return f"{', '.join(new)} {'has' if len(new) == 1 else 'have'} changed since {file} was written"
    if len(closest.parts) > len(hashes):
        return f"in {file} more is attached to it"
    if not closest.question_hash:
        return f"in {file} the turns above, the options or the attached data differ"
    return f"in {file} it has other options or instructions"
