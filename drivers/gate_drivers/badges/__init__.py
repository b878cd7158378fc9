"""Badge readers (工作证读卡器)."""
