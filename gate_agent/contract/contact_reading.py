"""What a reading of the contact thermometer (体温计) may be: one range, for domain, API and pads.

A clinical thermometer shows 35.0 to 42.0 °C (体温计, GB/T 21416). What is read below was badly
taken, or somebody is too cold to be sent on: it decides nothing, and is taken again.
"""

from __future__ import annotations

COLDEST_CENTI_C, HOTTEST_CENTI_C = 3500, 4200
