"""The Train workspace: one button, and to watch what it does."""
