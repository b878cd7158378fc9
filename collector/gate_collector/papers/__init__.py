"""The papers of a case (专项专报): first report, follow-ups, final report, each kept as issued."""
