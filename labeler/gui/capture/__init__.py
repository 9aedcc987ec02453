"""The Capture workspace: the live picture, the shutter, this session's photos."""
