"""Policy documents as hypothesis makes them: single objects and lists, with and without Sid and Version."""

from hypothesis import strategies as st

ROLE = "arn:aws-cn:iam::210987654321:role/service-role/Import-Rolle"
KEY = "arn:aws-cn:kms:cn-north-1:210987654321:key/0d9e1c2b-3a4f-4b5c-8d6e-7f8091a2b3c4"

_words = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789", min_size=1, max_size=12)
_sids = st.one_of(_words, st.sampled_from(["CanvasKmsUse", "CanvasKmsUse2", "Enable IAM User Permissions"]))
_actions = st.sampled_from(["kms:*", "kms:Decrypt", "kms:GenerateDataKey", "kms:List*", "kms:CreateGrant"])
_one_or_more = lambda values: st.one_of(values, st.lists(values, min_size=1, max_size=3))  # noqa: E731
_arns = st.one_of(st.just(ROLE), _words.map(lambda name: f"arn:aws-cn:iam::210987654321:role/{name}"))
_principals = st.one_of(
    st.just("*"), st.fixed_dictionaries({"AWS": _one_or_more(_arns)}), st.just({"Service": "logs.amazonaws.com"})
)
_conditions = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "Bool", "Null"]),
    st.dictionaries(st.sampled_from(["kms:ViaService", "aws:PrincipalOrgID"]), _one_or_more(_words), min_size=1),
    max_size=2,
)
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Principal": _principals, "Action": _one_or_more(_actions)},
    optional={"Sid": _sids, "Resource": st.just("*"), "Condition": _conditions, "Unknown": _words},
)
documents = st.fixed_dictionaries(
    {"Statement": st.one_of(statements, st.lists(statements, max_size=5))},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17"]), "Id": _words},
)
