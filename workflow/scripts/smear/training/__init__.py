"""What a training is made of."""

import os

# TensorFlow reads it when it is imported: its start-up notes stay out of the logs, warnings and errors do not.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
