"""Simulated pictures to learn from that carry over to real ones: domain randomisation."""
