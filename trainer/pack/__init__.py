"""A model to give away: a zip with its labels, its card and a script that runs it. No torch."""
