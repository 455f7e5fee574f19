"""Values in, ciphertext into a user's file: offline, by the public half of a cluster's key."""
