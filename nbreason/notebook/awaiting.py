"""The one place where a loop is nested: awaiting a person's own coroutine while the kernel's loop runs a cell.

nest-asyncio2 is applied here, lazily, and nowhere else: everything of ours runs on a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from nbreason.notebook.expressions import ExpressionFailed


def wait_for(awaitable: Awaitable[Any]) -> Any:
    """The result of an awaitable, on the loop that runs in this thread, or on a new one where none does.

    Raises ExpressionFailed in one line when the awaitable raises; on an interrupt it is cancelled first.
    """

    async def through() -> Any:
        return await awaitable

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _told(lambda: asyncio.run(through()))
    import nest_asyncio2

    nest_asyncio2.apply(loop)
    task = loop.create_task(through())

    def nested() -> Any:
        try:
            return loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                task.cancel()
                loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
            raise

    return _told(nested)


def _told(run: Any) -> Any:
    try:
        return run()
    except Exception as error:
        words = " ".join(str(error).split())[:200]
        raise ExpressionFailed(f"Awaiting an attached object raised {type(error).__name__}: {words}") from None
