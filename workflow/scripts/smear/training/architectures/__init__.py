"""The architectures that a grid may name; `registry.py` lists them, `backbone.py` builds them."""
