"""The resolved model: frozen, complete, and without a trace of the input's form."""
