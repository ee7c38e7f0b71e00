"""Amounts of memory, such as 64MB."""

import re
from typing import Self

from mockserver.settings.parsing import BadValueError

_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_SIZE = r"(?a)(\d{1,6})\s*(KB|MB|GB)"
_SMALLEST = 64 << 10
_LARGEST = 1 << 40


class MemorySize(int):
    """A number of bytes."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse an amount such as 64MB. 1MB is 1024 KB, of 1024 bytes each."""
        match = re.fullmatch(_SIZE, text.strip().upper())
        if match is None or not _SMALLEST <= (size := int(match[1]) * _UNITS[match[2]]) <= _LARGEST:
            raise BadValueError("an amount of memory from 64KB to 1024GB, such as 64MB", text)
        return cls(size)

    def __str__(self) -> str:
        unit = next((unit for unit in ("GB", "MB", "KB") if self and self % _UNITS[unit] == 0), None)
        return f"{int(self)} bytes" if unit is None else f"{self // _UNITS[unit]}{unit}"
