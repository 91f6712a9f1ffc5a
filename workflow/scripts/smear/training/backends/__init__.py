"""What Keras leaves to its backends, one module each, with the same two functions: `prepare` and `stream`.

`prepare(threads, deterministic, cache)` is called before any other use of the backend and returns a Device. `stream`
gives `Batches` the form that the backend reads fastest.
"""
