"""What figures of predictions are worth: metrics, intervals and tests, from arrays and tables in memory."""
