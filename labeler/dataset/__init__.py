"""The dataset: rows, picture files, edits, and the formats it speaks."""
