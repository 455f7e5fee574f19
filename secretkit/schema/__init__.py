"""The published schemas: assembled from fragments here, written to `schemas/` by `make schemas`.

Run time reads the written files; a test holds the two together.
"""
