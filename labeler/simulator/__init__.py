"""A simulated robot: the real robot's gRPC service over a small drawn world."""
