"""How far an experiment is, from its files alone: `python -m smear.status`. The standard library is enough for it."""
