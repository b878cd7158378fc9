"""The central collector (中心平台): what every door sends, kept, proved and shown."""
