"""Messages as users, logs and CloudTrail give them."""

from __future__ import annotations

import pytest

from canvas_kms_tui.errors import About, recognise

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
USER = "User: arn:aws:sts::111122223333:assumed-role/CanvasExecutionRole/SageMaker"


def refusal(action: str, because: str, on: str = f"resource: {KEY}") -> str:
    return f"{USER} is not authorized to perform: {action} on {on} {because}"


WORDING = [
    ("because no identity-based policy allows the kms:Decrypt action", "identity_policy", "role-denied-kms"),
    ("because no resource-based policy allows the kms:Decrypt action", "resource_policy", "key-policy-omits-role"),
    ("because no permissions boundary allows the kms:Decrypt action", "permissions_boundary", "permissions-boundary"),
    ("because no VPC endpoint policy allows the kms:Decrypt action", "vpc_endpoint_policy", "vpc-endpoint"),
    ("because no service control policy allows the kms:Decrypt action", "service_control_policy", "scp-denied"),
    ("with an explicit deny in an identity-based policy", "identity_policy", "role-denied-kms"),
    ("with an explicit deny in a resource-based policy", "resource_policy", "key-policy-explicit-deny"),
    ("with an explicit deny in a service control policy", "service_control_policy", "scp-denied"),
    ("with an explicit deny in a resource control policy", "resource_control_policy", "rcp-denied"),
    ("with an explicit deny in a permissions boundary", "permissions_boundary", "permissions-boundary"),
    ("with an explicit deny in a VPC endpoint policy", "vpc_endpoint_policy", "vpc-endpoint"),
]


@pytest.mark.parametrize(("because", "layer", "cause"), WORDING)
def test_the_wording_names_the_layer(because, layer, cause):
    found = recognise(refusal("kms:Decrypt", because))
    assert (found.layer, found.causes[0], found.about) == (layer, cause, About.KMS)
    assert found.resource == KEY
    assert found.action == "kms:Decrypt"


def test_a_session_policy_is_a_layer_but_no_cause_of_the_catalogue():
    found = recognise(refusal("kms:Decrypt", "because no session policy allows the kms:Decrypt action"))
    assert (found.layer, found.causes) == ("session_policy", ())


def test_a_silent_resource_policy_may_be_a_condition_that_does_not_match():
    found = recognise(refusal("kms:Decrypt", "because no resource-based policy allows the kms:Decrypt action"))
    assert "key-policy-condition" in found.causes
    assert "encryption-context-mismatch" in found.causes


def test_another_accounts_key_policy():
    found = recognise(
        refusal(
            "kms:GenerateDataKey",
            "because the resource does not exist in this Region, no resource-based policies allow access, or a "
            "resource-based policy explicitly denies access",
        )
    )
    assert (found.causes[0], found.layer) == ("cross-account", "resource_policy")


def test_a_refusal_by_ciphertext_has_no_key_and_is_about_the_source():
    found = recognise(
        refusal(
            "kms:Decrypt",
            "because no identity-based policy allows the kms:Decrypt action",
            "the resource associated with this ciphertext",
        )
    )
    assert found.causes[0] == "source-object-key-denied"
    assert found.resource == ""


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (f"An error occurred (KMS.DisabledException) when calling PutObject: {KEY} is disabled.", "key-disabled"),
        (f"KMSInvalidStateException: {KEY} is pending deletion.", "key-pending-deletion"),
        (f"KMSInvalidStateException: {KEY} is pending import.", "key-pending-import"),
        (f"NotFoundException: Key '{KEY}' does not exist", "key-not-found"),
        ("NotFoundException: Alias arn:aws:kms:eu-west-1:111122223333:alias/x is not found.", "key-not-found"),
        ("NotFoundException: Invalid arn us-east-1", "key-wrong-region"),
        (
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you "
            "are not allowed to access.",
            "source-object-key-denied",
        ),
        (f"InvalidKeyUsageException: {KEY} key usage is SIGN_VERIFY which is not valid for Encrypt", "key-wrong-type"),
        ("LimitExceededException: The number of grants for this key has reached the limit.", "kms-limits"),
        ("An error occurred (ThrottlingException) when calling Decrypt: Rate exceeded", "service-throttled"),
        ("MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals. "
         "Invalid principal in policy", "stale-principal"),
        ("InvalidObjectState: The operation is not valid for the object's storage class", "object-unreadable"),
        ("The object was stored using a form of Server Side Encryption. The correct parameters must be provided",
         "object-unreadable"),
        ("PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint.",
         "source-wrong-region"),
        ("Access to XMLHttpRequest has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header",
         "cors-missing"),
        ("Canvas can't process your request right now.", "not-kms"),
        ("Canvas can’t process your request right now.", "not-kms"),
        (refusal("kms:CreateGrant", "because no identity-based policy allows the kms:CreateGrant action"),
         "domain-key-grant-denied"),
        (refusal("sts:AssumeRole", "", "resource: arn:aws:iam::111122223333:role/x"), "trust-policy"),
        (refusal("s3:GetObject", "because no identity-based policy allows the s3:GetObject action",
                 'resource: "arn:aws:s3:::data/x.csv"'), "role-denied-source"),
        (refusal("s3:GetObject", "with an explicit deny in a resource-based policy",
                 'resource: "arn:aws:s3:::data/x.csv"'), "source-policy-explicit-deny"),
        (refusal("s3:PutObject", "with an explicit deny in a resource-based policy",
                 'resource: "arn:aws:s3:::sagemaker-eu-west-1-111122223333/Canvas/ana/x.csv"'),
         "bucket-policy-requires-other-key"),
    ],
)  # fmt: skip
def test_a_message_points_at_its_cause_first(message, cause):
    assert recognise(message).causes[0] == cause


def test_the_denying_policy_and_the_authorization_id_are_taken_out():
    policy = "arn:aws:organizations::999999999999:policy/o-abc/service_control_policy/p-12345678"
    found = recognise(
        refusal(
            "kms:Decrypt", f"with an explicit deny in a service control policy: {policy}. Authorization ID: 0a1b2c3d4e"
        )
    )
    assert found.policy_arn == policy
    assert found.authorization_id == "0a1b2c3d4e"


def test_an_encoded_message_is_taken_out():
    blob = "AbCdEf0123456789_-AbCdEf0123456789"
    assert recognise(f"UnauthorizedOperation. Encoded authorization failure message: {blob}").encoded == blob


@pytest.mark.parametrize("message", ["AccessDenied: Access Denied", "403 Forbidden"])
def test_access_denied_alone_names_nothing(message):
    found = recognise(message)
    assert (found.about, found.causes) == (About.PERMISSIONS, ())


@pytest.mark.parametrize("message", ["", "   ", "Your cat sat on the keyboard", "\x00\u202e[@click=x]", "x" * 100_000])
def test_a_message_about_something_else_is_said_to_be(message):
    found = recognise(message)
    assert (found.about, found.causes) == (About.UNCLEAR, ())


ROLE = "arn:aws:iam::111122223333:role/CanvasExecutionRole"
SILENT = "because no identity-based policy allows the kms:Decrypt action"
#: As they stand in tickets, in the words of several years: the message, what it is about, the first cause (or none).
SEEN = [
    (f"An error occurred (KMS.NotFoundException) when calling the PutObject operation: Invalid keyId {KEY[-36:]}",
     About.KMS, "key-not-found"),
    ("NotFoundException: Invalid keyId foo", About.KMS, "key-not-found"),
    ("The ciphertext refers to a KMS key that does not exist, does not exist in this region, or you are not allowed "
     "to access.", About.KMS, "source-object-key-denied"),
    (f"KMSInvalidStateException: {KEY} is pending replica deletion.", About.KMS, "key-pending-deletion"),
    ("XksProxyUriUnreachableException: KMS could not reach the proxy", About.KMS, "key-pending-import"),
    ("You cannot generate a data key with an asymmetric CMK", About.KMS, "key-wrong-type"),
    ("An error occurred (InvalidCiphertextException) when calling the Decrypt operation: ", About.KMS,
     "source-object-key-denied"),
    ("KMSInternalException: The request was rejected because an internal exception occurred.", About.KMS, ""),
    ("You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls. (Service: Amazon S3; "
     "Status Code: 400; Error Code: ThrottlingException)", About.KMS, "service-throttled"),
    ("An error occurred (SlowDown) when calling the GetObject operation: Please reduce your request rate.",
     About.OTHER, ""),
    ("ResourceLimitExceeded: The account-level service limit 'Total domains' is 1 Domains", About.OTHER, ""),
    (f"User: {ROLE} is not permitted to perform kms:Decrypt for operation GetEnvironment", About.KMS,
     "role-denied-kms"),
    (f"The role {ROLE} does not have the kms:GenerateDataKey permission", About.KMS, "role-denied-kms"),
    (refusal("kms:Decrypt", ""), About.KMS, "role-denied-kms"),
    (f"The service returned: {USER} is not\n  authorized to perform: kms:Decrypt on\n  resource: {KEY} {SILENT}",
     About.KMS, "role-denied-kms"),
    ('{"errorCode": "AccessDenied", "errorMessage": "User: ' + ROLE + ' is not authorized to perform: kms:Decrypt on '
     'resource: \\"' + KEY + '\\" ' + SILENT + '"}', About.KMS, "role-denied-kms"),
    ("<Error><Code>AccessDenied</Code><Message>User: " + ROLE + " is not authorized to perform: s3:GetObject on "
     "resource: &quot;arn:aws:s3:::data/x.csv&quot; because no identity-based policy allows the s3:GetObject action"
     "</Message></Error>", About.PERMISSIONS, "role-denied-source"),
    (f"ClientError: SageMaker was unable to assume the role '{ROLE}'", About.PERMISSIONS, "trust-policy"),
    (f"ValidationException: Could not assume role {ROLE}. Please ensure that the role exists and allows principal "
     "'sagemaker.amazonaws.com' to assume the role.", About.PERMISSIONS, "trust-policy"),
    ('ValidationException: No S3 objects found under S3 URL "s3://data/x" given in input data source. Please ensure '
     f'that the role "{ROLE}" has "s3:ListBucket" permissions. Error message from S3: Access Denied',
     About.PERMISSIONS, "role-denied-source"),
    (refusal("s3:GetObject", "because public policies are prevented by the RestrictPublicBuckets setting in S3 Block "
             "Public Access", 'resource: "arn:aws:s3:::data/x.csv"'), About.OTHER, "public-policy-restricted"),
    ("AuthorizationHeaderMalformed: the region 'us-east-1' is wrong; expecting 'eu-west-1'", About.OTHER,
     "source-wrong-region"),
    ("NoSuchKey: The specified key does not exist.", About.OTHER, ""),
    ("NoSuchBucket: The specified bucket does not exist", About.OTHER, "default-bucket-missing"),
    ("An error occurred (BucketAlreadyExists) when calling the CreateBucket operation: The requested bucket name is "
     "not available.", About.OTHER, "default-bucket-foreign"),
    ("NoSuchAccessPoint: The specified accesspoint does not exist", About.OTHER, "access-point"),
    ("The Encryption request you specified is not valid. Supported value: AES256.", About.KMS,
     "bucket-policy-requires-sse"),
    ("An error occurred (ExpiredToken) when calling the GetObject operation: The provided token has expired.",
     About.OTHER, ""),
    ("The security token included in the request is invalid.", About.OTHER, ""),
    ('Connect timeout on endpoint URL: "https://s3.eu-west-1.amazonaws.com/"', About.OTHER, "vpc-endpoint"),
    ('Could not connect to the endpoint URL: "https://kms.eu-west-1.amazonaws.com/"', About.OTHER, "vpc-endpoint"),
    ("File size exceeds the maximum limit of 5 GB", About.OTHER, "not-kms"),
    ("Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
     About.KMS, ""),
]  # fmt: skip


@pytest.mark.parametrize(("message", "about", "cause"), SEEN)
def test_a_message_as_people_paste_it_is_known_or_said_not_to_be_about_kms(message, about, cause):
    found = recognise(message)
    assert (found.about, next(iter(found.causes), "")) == (about, cause)


def test_the_resource_is_read_through_escapes():
    assert (
        recognise(f'resource: \\"x\\" is not authorized to perform: kms:Decrypt on resource: \\"{KEY}\\"').resource
        == KEY
    )
