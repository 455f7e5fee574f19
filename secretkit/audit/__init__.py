"""The audit log: which rule a request meets, and how to ask the log that comes of it."""
