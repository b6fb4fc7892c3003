"""Owns the two doors to AWS: the gateway that reads and the writer that writes. Only here is botocore imported."""
