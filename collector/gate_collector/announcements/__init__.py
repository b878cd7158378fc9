"""What the public is told of the hall (公告): mode, hours and windows, on paper and a page."""
