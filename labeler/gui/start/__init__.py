"""The start page: what the program is, and one click to each way to begin."""
