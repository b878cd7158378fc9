"""The appointments (预约) as the office works with them: listed, searched, moved, cancelled."""
