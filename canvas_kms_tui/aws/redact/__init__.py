"""Owns redaction: a case whose names, ids and free text are pseudonyms, and that still gives the same diagnosis.

What must survive is every relation that a policy can test: equal stays equal, a wildcard that matched matches still,
an account is the same account everywhere, an ARN stays an ARN, ``sagemaker`` in a name stays. So a name is replaced
word by word, the same word always alike; AWS's own vocabulary, its managed policies and Region names stay.
"""

from canvas_kms_tui.aws.redact.cases import Redacted, redact

__all__ = ["Redacted", "redact"]
