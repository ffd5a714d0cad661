"""Awaiting a coroutine of the user while the event loop of the kernel runs a cell.

This is the only place where nest-asyncio2 is applied, lazily: our own coroutines run on a thread of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from nbreason.notebook.expressions import ExpressionFailed


def wait_for(awaitable: Awaitable[Any]) -> Any:
    """The result of an awaitable, on the running loop of this thread, or on a new one if there is none.

    Raises ExpressionFailed if the awaitable raises; on an interrupt it is cancelled first.
    """

    async def through() -> Any:
        return await awaitable

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _failing_in_one_line(lambda: asyncio.run(through()))
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

    return _failing_in_one_line(nested)


def _failing_in_one_line(run: Any) -> Any:
    try:
        return run()
    except Exception as error:
        message = " ".join(str(error).split())[:200]
        raise ExpressionFailed(f"Awaiting an attached object raised {type(error).__name__}: {message}") from None
