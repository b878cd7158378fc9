"""One held person's case on one page (案件): gathered, drawn, live, and issued on paper."""
