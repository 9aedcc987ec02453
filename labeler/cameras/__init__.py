"""Where pictures come from: the robot, the simulated robot, a webcam, a video, a folder."""
