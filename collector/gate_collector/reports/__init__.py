"""The daily zero report (每日零报告) of the whole hall: merged, judged, kept in versions."""
