"""Which numbers may stand in a record: finite, and no wider than a column of any store. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Small = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Centi = Small  # hundredths of a degree Celsius
Real = Annotated[float, Field(ge=-1e10, le=1e10)]  # seconds: three centuries; no infinity, no NaN
