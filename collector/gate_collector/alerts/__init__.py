"""Alerts (告警): urgent events to the duty leader, answered or passed on; every try is kept."""
