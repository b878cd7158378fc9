"""The live page of both doors (实时总览): what is now, the day and the week drawn, search."""
