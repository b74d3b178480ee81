"""What `progress=True` shows: a bar of tqdm, in a terminal or in a notebook."""

from __future__ import annotations

from typing import Any

from ._trailseal import Progress


class Bar:
    """A bar over the bytes that are read."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError("progress=True needs tqdm: pip install 'trailseal[progress]', or pass a callable") from error
        self._bar: Any = tqdm(unit="B", unit_scale=True, unit_divisor=1000, desc="trailseal")

    def __call__(self, progress: Progress) -> None:
        self._bar.total = progress.expected_bytes
        self._bar.n = progress.bytes
        self._bar.set_postfix_str(f"{progress.files} files", refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()
