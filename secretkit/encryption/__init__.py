"""Encryption at rest beyond one rendering: states that follow each other, keys, and proof."""
