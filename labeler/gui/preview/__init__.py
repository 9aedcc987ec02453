"""The Preview workspace: what the detector sees, live."""
