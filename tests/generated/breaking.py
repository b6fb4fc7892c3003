"""Ways to break a healthy world, each with the one cause that explains it.

A way that needs the rights in a certain place puts them there first, so that it breaks any world. ``touches`` says
which parts of the world a way looks at: two ways that share none can break the same world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worlds import ROLE, ROOT, USE, World, Written

from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.expand import merge

FOREIGN = "999988887777"
#: What is seen only when CloudTrail is asked for a window of time.
LATE = ("kms-limits", "service-throttled")


@dataclass(frozen=True)
class Break:
    """One way. ``loud`` is everything above information that must be found: cause → status."""

    name: str
    cause: str
    touches: frozenset[str]
    apply: Callable[[World], None]
    status: str = "fail"
    also: Mapping[str, str] | None = None

    @property
    def loud(self) -> dict[str, str]:
        return {self.cause: self.status, **(self.also or {})}


BREAKS: list[Break] = []


def breaks(cause: str, *touches: str, status: str = "fail", also: Mapping[str, str] | None = None):
    def keep(apply: Callable[[World], None]) -> Callable[[World], None]:
        BREAKS.append(Break(apply.__name__, cause, frozenset(touches), apply, status, also))
        return apply

    return keep


def _no_rights_on_artifact_key(world: World) -> None:
    """Takes every way by which the role has the artifact key, and gives it back by delegation alone."""
    statements = world.key_statements("artifacts")
    statements[:] = [one for one in statements if one.get("Sid") not in ("CanvasUse", "Storage", "Storage2")]
    world.statement("artifacts", "EnableIAMUserPermissions")["Action"] = "kms:*"
    world.role["inline"].pop("ArtifactKey", None)
    world.key("artifacts").pop("grants", None)


def _named_use(**condition: object) -> Written:
    return {"Sid": "CanvasUse", "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": USE, "Resource": "*",
            **({"Condition": condition} if condition else {})}  # fmt: skip


def _separate_storage(world: World) -> None:
    if world.domain.get("KmsKeyId") == "{key:artifacts}":
        world.domain["KmsKeyId"] = "{key:storage}"


# --- rights on the artifact key -----------------------------------------------------------------------------------


@breaks("role-denied-kms", "artifact key")
def the_role_lost_the_key(world: World) -> None:
    _no_rights_on_artifact_key(world)


@breaks("role-denied-kms", "artifact key")
def the_role_may_only_decrypt(world: World) -> None:
    _no_rights_on_artifact_key(world)
    _separate_storage(world)
    world.role["inline"]["ArtifactKey"] = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key:artifacts}"}],
    }


@breaks("role-denied-kms", "artifact key")
def an_identity_policy_denies_the_key(world: World) -> None:
    world.role["inline"]["NoKeys"] = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "No", "Effect": "Deny", "Action": "kms:GenerateDataKey*", "Resource": "{key:artifacts}"},
        ],
    }


@breaks("key-policy-omits-role", "artifact key")
def the_key_policy_forgot_the_role(world: World) -> None:
    _no_rights_on_artifact_key(world)
    world.statement("artifacts", "EnableIAMUserPermissions")["Action"] = ["kms:Describe*", "kms:List*", "kms:Put*"]
    world.role["inline"]["AllKeys"] = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}],
    }


@breaks("key-policy-omits-role", "artifact key")
def only_decrypt_is_delegated(world: World) -> None:
    _no_rights_on_artifact_key(world)
    _separate_storage(world)
    world.statement("artifacts", "EnableIAMUserPermissions")["Action"] = ["kms:Decrypt", "kms:Describe*", "kms:Put*"]
    world.role["inline"]["AllKeys"] = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}],
    }


@breaks("key-policy-explicit-deny", "artifact key")
def the_key_policy_denies_everybody(world: World) -> None:
    world.key_statements("artifacts").append(
        {"Sid": "Freeze", "Effect": "Deny", "Principal": "*", "Action": ["kms:GenerateDataKey*", "kms:Encrypt"],
         "Resource": "*", "Condition": {"ArnNotLike": {
             "aws:PrincipalArn": "arn:{partition}:iam::{account}:role/breakglass/*"}}}
    )  # fmt: skip


@breaks("key-policy-explicit-deny", "artifact key")
def the_key_policy_denies_the_role(world: World) -> None:
    world.key_statements("artifacts").insert(
        0, {"Sid": "Suspended", "Effect": "Deny", "Principal": {"AWS": ROLE}, "Action": "kms:*", "Resource": "*"}
    )


@breaks("key-policy-condition", "artifact key")
def allowed_through_another_region(world: World) -> None:
    _no_rights_on_artifact_key(world)
    _separate_storage(world)
    world.key_statements("artifacts").append(
        _named_use(StringEquals={"kms:ViaService": "s3.{other_region}.amazonaws.com"})
    )


@breaks("key-policy-condition", "artifact key")
def allowed_through_an_endpoint(world: World) -> None:
    _no_rights_on_artifact_key(world)
    _separate_storage(world)
    world.statement("artifacts", "EnableIAMUserPermissions")["Action"] = ["kms:Describe*", "kms:Put*"]
    world.key_statements("artifacts").append(_named_use(StringEquals={"aws:SourceVpce": "vpce-0a1b2c3d"}))


@breaks("encryption-context-mismatch", "artifact key", "artifact bucket")
def the_context_is_the_buckets(world: World) -> None:
    _no_rights_on_artifact_key(world)
    _separate_storage(world)
    world.bucket("artifacts")["encryption"]["bucket_key"] = True
    world.key_statements("artifacts").append(
        _named_use(StringLike={"kms:EncryptionContext:aws:s3:arn": "arn:{partition}:s3:::{bucket:artifacts}/*"})
    )


@breaks("encryption-context-mismatch", "artifact key", "artifact bucket")
def the_roles_own_policy_wants_objects(world: World) -> None:
    _no_rights_on_artifact_key(world)
    _separate_storage(world)
    world.bucket("artifacts")["encryption"]["bucket_key"] = True
    context = {"kms:EncryptionContext:aws:s3:arn": "arn:{partition}:s3:::{bucket:artifacts}/*"}
    world.role["inline"]["ArtifactKey"] = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Use", "Effect": "Allow", "Action": USE, "Resource": "{key:artifacts}",
             "Condition": {"StringLike": context}}
        ],
    }  # fmt: skip


@breaks("bucket-default-key-denied", "artifact key", "artifact bucket", "settings")
def the_buckets_default_key_is_closed(world: World) -> None:
    world.workspace.pop("S3KmsKeyId")
    world.written["keys"]["team"] = {
        "aliases": ["alias/team"],
        "policy": {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
            ],
        },
    }
    world.bucket("artifacts")["encryption"]["key"] = "{key:team}"
    world.bucket("artifacts").pop("policy", None)


# --- the key itself -----------------------------------------------------------------------------------------------


@breaks("key-disabled", "artifact key")
def the_key_is_disabled(world: World) -> None:
    world.key("artifacts")["state"] = "Disabled"


@breaks("key-disabled", "source key")
def the_source_key_is_disabled(world: World) -> None:
    world.key("sales")["state"] = "Disabled"


@breaks("key-pending-deletion", "artifact key")
def the_key_will_be_deleted(world: World) -> None:
    world.key("artifacts").update({"state": "PendingDeletion", "deletion_date": "+9d"})


@breaks("key-pending-import", "artifact key")
def the_material_is_missing(world: World) -> None:
    world.key("artifacts").update({"state": "PendingImport", "origin": "EXTERNAL", "rotation": False})


@breaks("key-not-found", "artifact key", "artifact bucket", "settings")
def the_key_is_a_ghost(world: World) -> None:
    world.workspace["S3KmsKeyId"] = "arn:{partition}:kms:{region}:{account}:key/0f9e8d7c-6b5a-4321-8fed-cba987654321"
    world.bucket("artifacts").pop("policy", None)


@breaks("key-wrong-region", "artifact key", "artifact bucket", "settings")
def the_key_is_elsewhere(world: World) -> None:
    world.written["keys"]["far"] = {"region": "{other_region}", "aliases": ["alias/far"],
                                    "policy": {"Version": "2012-10-17", "Statement": [_named_use()]}}  # fmt: skip
    world.workspace["S3KmsKeyId"] = "{key:far}"
    world.bucket("artifacts").pop("policy", None)


@breaks("key-wrong-type", "artifact key", "artifact bucket", "settings")
def the_key_signs(world: World) -> None:
    world.written["keys"]["signing"] = {"aliases": ["alias/signing"], "spec": "RSA_2048", "usage": "SIGN_VERIFY",
                                        "policy": {"Version": "2012-10-17", "Statement": [_named_use()]}}  # fmt: skip
    world.workspace["S3KmsKeyId"] = "{key:signing}"
    world.bucket("artifacts").pop("policy", None)


# --- the artifact bucket ------------------------------------------------------------------------------------------


def _company_key(world: World) -> None:
    statements = [
        {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"},
        _named_use(),
    ]
    world.written["keys"]["company"] = {
        "aliases": ["alias/company-data"],
        "policy": {"Version": "2012-10-17", "Statement": statements},
    }


@breaks("bucket-policy-requires-other-key", "artifact bucket")
def the_bucket_pins_another_key(world: World) -> None:
    _company_key(world)
    operator = world.rng.choice(("StringNotEquals", "StringNotLike", "ArnNotEquals", "StringNotEqualsIfExists"))
    world.bucket_statements("artifacts").append(
        {"Sid": "CompanyKeyOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
         "Resource": "arn:{partition}:s3:::{bucket:artifacts}/*",
         "Condition": {operator: {"s3:x-amz-server-side-encryption-aws-kms-key-id": "{key:company}"}}}
    )  # fmt: skip


@breaks("bucket-policy-requires-sse", "artifact bucket")
def the_bucket_wants_another_algorithm(world: World) -> None:
    wanted = world.rng.choice(("AES256", "aws:kms:dsse"))
    world.bucket_statements("artifacts").append(
        {"Sid": "Algorithm", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
         "Resource": "arn:{partition}:s3:::{bucket:artifacts}/*",
         "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": wanted}}}
    )  # fmt: skip


@breaks("bucket-policy-requires-sse", "artifact bucket", "artifact key", "settings", status="warn")
def the_bucket_wants_a_header(world: World) -> None:
    world.workspace.pop("S3KmsKeyId")
    world.bucket("artifacts").pop("policy", None)
    world.bucket_statements("artifacts").append(
        {"Sid": "Header", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
         "Resource": "arn:{partition}:s3:::{bucket:artifacts}/*",
         "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}}}
    )  # fmt: skip


@breaks("default-bucket-missing", "artifact bucket", "settings")
def the_bucket_is_gone(world: World) -> None:
    world.workspace.pop("S3ArtifactPath", None)
    del world.written["buckets"]["artifacts"]


@breaks("default-bucket-foreign", "artifact bucket", "settings")
def a_stranger_has_the_bucket(world: World) -> None:
    world.workspace.pop("S3ArtifactPath", None)
    world.written["buckets"]["artifacts"] = {"name": "{default_bucket}", "account": FOREIGN}


@breaks("canvas-prefix-denied", "artifact bucket")
def the_bucket_denies_the_folder(world: World) -> None:
    world.bucket_statements("artifacts").append(
        {"Sid": "ReadOnly", "Effect": "Deny", "Principal": {"AWS": ROLE}, "Action": ["s3:PutObject"],
         "Resource": world.bucket_arns("artifacts")[1]}
    )  # fmt: skip


@breaks("canvas-prefix-denied", "artifact bucket", "role")
def the_role_lost_the_folder(world: World) -> None:
    world.role["attached"] = [name for name in world.role["attached"] if not name.startswith("AmazonSageMaker")]


# --- the source ---------------------------------------------------------------------------------------------------


@breaks("source-object-key-denied", "source key")
def nothing_lets_the_role_decrypt(world: World) -> None:
    world.reading[:] = [one for one in world.reading if one["Sid"] != "DecryptSales"]
    world.drop("sales", "CanvasRead")


@breaks("source-object-key-denied", "source key")
def the_source_key_denies(world: World) -> None:
    world.key_statements("sales").append(
        {"Sid": "No", "Effect": "Deny", "NotPrincipal": {"AWS": [ROOT, "{role:NightlyReports}"]},
         "Action": "kms:Decrypt", "Resource": "*"}
    )  # fmt: skip


@breaks("source-object-key-denied", "source key")
def the_source_key_forgot_the_role(world: World) -> None:
    world.drop("sales", "CanvasRead")
    world.statement("sales", "EnableIAMUserPermissions")["Action"] = ["kms:Describe*", "kms:Get*", "kms:Put*"]


@breaks("role-denied-source", "source bucket")
def the_role_may_not_read(world: World) -> None:
    world.reading[:] = [one for one in world.reading if one["Sid"] != "ReadSales"]


@breaks("role-denied-source", "source bucket")
def the_role_may_not_list(world: World) -> None:
    world.role["inline"]["NoListing"] = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:{partition}:s3:::{bucket:sales}"}],
    }


@breaks("source-policy-explicit-deny", "source bucket")
def the_source_bucket_denies(world: World) -> None:
    world.bucket_statements("sales").append(
        {"Sid": "ReportsOnly", "Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject"],
         "Resource": world.bucket_arns("sales")[1],
         "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "{role:NightlyReports}"}}}
    )  # fmt: skip


@breaks("source-policy-explicit-deny", "source bucket", status="warn")
def the_source_bucket_wants_an_endpoint(world: World) -> None:
    world.bucket_statements("sales").append(
        {"Sid": "OurNetworkOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
         "Resource": world.bucket_arns("sales"),
         "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f"}}}
    )  # fmt: skip


# --- around them --------------------------------------------------------------------------------------------------


@breaks("domain-key-grant-denied", "storage key")
def the_volumes_get_no_grant(world: World) -> None:
    world.domain["KmsKeyId"] = "{key:storage}"
    world.drop("storage", "StudioVolumes")
    world.role["inline"].pop("AllKeys", None)


@breaks("permissions-boundary", "role", "artifact key")
def the_boundary_leaves_keys_out(world: World) -> None:
    """The role by its ARN alone: AWS does not say whether a boundary limits a grant, or a role that * means."""
    world.key("artifacts").pop("grants", None)
    world.drop("artifacts", "CanvasUse")
    world.key_statements("artifacts").append(_named_use())
    world.written.setdefault("policies", {})["Limit"] = {
        "document": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "NotAction": ["kms:GenerateDataKey*", "iam:*"], "Resource": "*"},
            ],
        }
    }
    world.role["boundary"] = "Limit"


def _organization(world: World, kind: str, statement: Written) -> None:
    world.written["organization"] = {
        "id": "o-a1b2c3d4e5",
        "management_account": "777766665555",
        "path": ["r-ab12", "ou-ab12-analytics0"],
        "readable": True,
        "policies": {
            "p-limits00": {
                "type": kind,
                "name": "Limits",
                "targets": [world.rng.choice(("r-ab12", "ou-ab12-analytics0", "{account}"))],
                "document": {"Version": "2012-10-17", "Statement": [statement]},
            }
        },
    }


@breaks("scp-denied", "organization")
def an_scp_denies(world: World) -> None:
    _organization(world, "SERVICE_CONTROL_POLICY", {"Effect": "Deny", "Action": "kms:GenerateDataKey", "Resource": "*"})


@breaks("rcp-denied", "organization")
def an_rcp_denies(world: World) -> None:
    _organization(
        world,
        "RESOURCE_CONTROL_POLICY",
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"},
    )


@breaks("trust-policy", "trust")
def another_service_is_trusted(world: World) -> None:
    world.role["trust"] = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }


# --- the shipped environments of all other causes -------------------------------------------------------------------


def shipped_breaks(known: frozenset[str]) -> list[Break]:
    """Ways taken from the shipped environments, for causes that no way above is about."""
    own = {one.cause for one in BREAKS}
    found = []
    for summary in environments.names():
        environment = environments.load(summary.name)
        expected = dict(environment.expect.get("findings", {}))
        cause = environment.expect.get("most_likely")
        if not cause or cause in own or cause in LATE or not set(expected) <= known:
            continue
        also = {one: status for one, status in expected.items() if one != cause}
        found.append(
            Break(
                summary.name,
                cause,
                frozenset({"everything"}),
                _instead(dict(environment.written)),
                expected[cause],
                also,
            )
        )
    return found


def _instead(written: Written) -> Callable[[World], None]:
    def apply(world: World) -> None:
        world.written = merge(written, {"cloudtrail": written.get("cloudtrail")})

    return apply
