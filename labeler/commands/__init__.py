"""The verbs of the shell, one module each: `add_arguments(parser)` and `run(arguments) -> int`."""
