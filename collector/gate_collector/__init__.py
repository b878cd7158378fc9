"""The central collector (汇聚服务): what every door sends, kept, proved and shown."""
