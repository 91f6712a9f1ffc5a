"""What the next call would run again, and why: `python -m smear.why`, with the arguments of that call."""
