"""The door: without an argument it opens the window, with a verb it works in the shell."""

from labeler.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
