"""What is kept of a live preview: a video with the boxes, and pictures with detections as COCO."""
