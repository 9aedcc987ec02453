"""What learns: fine-tuning, evaluation, export and prediction. Imports neither Qt nor labeler."""
