"""Trainings as folders: preparing one, starting one, reading what became of them. Knows no Qt."""
