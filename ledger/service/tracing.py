"""Where an exception came from, without its words.

The text of an exception may quote what was sent (a validator shows its input, a database its
parameters), and a trace with local variables shows tokens and texts. So a log holds the chain
of types and the places in the code, which are ours, and nothing else.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import PurePath

_DEEPEST = 12
"""Places that are logged of one exception, the innermost."""


class WithoutWords(logging.Filter):
    """Takes the trace from what others log: of an exception, its type alone is told.

    A server that logs why it could not read a request quotes the request.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, without its exception."""
        if record.exc_info and record.exc_info[0] is not None:
            record.msg = f"{record.getMessage()} ({record.exc_info[0].__name__})"
            record.args = ()
        record.exc_info = record.exc_text = None
        return True


def origin_of(error: BaseException) -> dict[str, object]:
    """The types of an exception and of its causes, and the places that it passed."""
    types: list[str] = []
    places: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(types) < 8:
        types.append(type(seen).__name__)
        frames = traceback.extract_tb(seen.__traceback__)[-_DEEPEST:]
        places += [f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return {"error": " from ".join(types), "trace": places}
