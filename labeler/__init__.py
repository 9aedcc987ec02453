"""What people see and keep: the dataset, the cameras, the simulated robot and the windows."""

__version__ = "0.1.0"
