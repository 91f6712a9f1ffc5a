"""What Keras leaves to its backends, one module each, with the same functions.

`prepare` is called before any other use of the backend and returns a `device.Device`. `reseed` sets what is random
beside the seeds of Keras. `stream` gives `Batches` the form that the backend reads fastest. `drawing_weights` and
`adapt` are described in `smear/training/device.py`, which calls them.
"""
