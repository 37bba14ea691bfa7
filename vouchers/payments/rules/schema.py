"""Is a pain.001 that was written valid against its schema? Asked of every file before it is stored."""

from functools import cache
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring

SCHEMA = Path(__file__).with_name("pain.001.001.09.xsd")


@cache
def _schema() -> Any:
    from xmlschema import XMLSchema  # a third of a second of imports that few requests need

    return XMLSchema(str(SCHEMA), allow="local")


def schema_fault(content: bytes) -> str:
    """What is not valid first, in the validator's own words; empty when all is."""
    return next((f"{fault.path}: {fault.reason}" for fault in _schema().iter_errors(fromstring(content))), "")
