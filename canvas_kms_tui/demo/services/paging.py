"""Pages of lists, as the APIs cut them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from canvas_kms_tui.demo.call import AwsError


def page(
    items: Sequence[Any], size: int | None, token: str | None, *, default: int, refusal: str = "ValidationException"
) -> tuple[list[Any], str | None]:
    """One page of ``items`` and the token of the next, None at the end.

    Raises:
        AwsError: ``refusal``, for a token that was never given out.
    """
    try:
        start = int(base64.b64decode(token.encode(), validate=True)) if token else 0
    except (ValueError, binascii.Error):
        raise AwsError(refusal, "The token is not valid.") from None
    end = start + (size or default)
    following = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return list(items[start:end]), following
