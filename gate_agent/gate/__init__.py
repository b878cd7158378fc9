"""The gate 闸口: the shell around the pure door, which journals, opens, alarms and tells."""
