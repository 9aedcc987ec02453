"""The main job played by the program itself, through the verbs a person would type."""
