"""`python -m labeler` is the same door as main.py."""

from labeler.cli import main

raise SystemExit(main())
