"""The blind vote: which of two detectors people like better while nobody knows which is which."""
