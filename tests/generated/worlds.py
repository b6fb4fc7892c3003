"""Healthy worlds of many kinds: settings in other places, other ways to give the same rights, harmless decoys."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.environments import Environment

Written = dict[str, Any]
PLACES = ("eu-west-1", "us-east-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1", "eu-central-2")
USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
ROLE = "{role:CanvasExecutionRole}"
ROOT = "arn:{partition}:iam::{account}:root"


class World:
    """An environment file under construction; ``rng`` makes every choice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.written: Written = copy.deepcopy(dict(environments.load("healthy").written))
        self.written.pop("cloudtrail", None)

    # --- where things stand -------------------------------------------------------------------------------------

    def key(self, name: str) -> Written:
        return self.written["keys"][name]

    def key_statements(self, name: str) -> list[Written]:
        return self.key(name)["policy"]["Statement"]

    def statement(self, key: str, sid: str) -> Written:
        return next(one for one in self.key_statements(key) if one.get("Sid") == sid)

    def drop(self, key: str, sid: str) -> None:
        statements = self.key_statements(key)
        statements[:] = [one for one in statements if one.get("Sid") != sid]

    @property
    def role(self) -> Written:
        return self.written["roles"]["CanvasExecutionRole"]

    @property
    def reading(self) -> list[Written]:
        return self.role["inline"]["SalesDataRead"]["Statement"]

    def reading_statement(self, sid: str) -> Written:
        return next(one for one in self.reading if one["Sid"] == sid)

    @property
    def domain(self) -> Written:
        return self.written["domains"]["analytics"]

    @property
    def workspace(self) -> Written:
        """The Canvas settings that win: the profile's where it has some, else the Domain's."""
        profile = self.domain["profiles"]["ana"]["UserSettings"].get("CanvasAppSettings", {}).get("WorkspaceSettings")
        default = self.domain["DefaultUserSettings"]["CanvasAppSettings"]["WorkspaceSettings"]
        return profile if profile is not None else default

    def bucket(self, name: str) -> Written:
        return self.written["buckets"][name]

    def bucket_statements(self, name: str) -> list[Written]:
        policy = self.bucket(name).setdefault("policy", {"Version": "2012-10-17", "Statement": []})
        return policy["Statement"]

    def bucket_arns(self, name: str) -> list[str]:
        return [f"arn:{{partition}}:s3:::{{bucket:{name}}}", f"arn:{{partition}}:s3:::{{bucket:{name}}}/*"]

    def environment(self, name: str) -> Environment:
        """The finished world, in an account, a Region, a partition and under names of its own."""
        account = "".join(self.rng.choices("123456789", k=12))
        prefix = self.rng.choice(("", "x", "Team-7-", "acme.", "zz_"))
        if any(one in prefix for one in "._"):
            prefix = prefix.replace(".", "-").replace("_", "-")
        return environments.from_document(self.written, name=name).moved(
            account=account, region=self.rng.choice(PLACES), prefix=prefix
        )


def healthy(rng: random.Random) -> World:
    """A world in which the import works, by one of many ways."""
    world = World(rng)
    for choices in (_SETTINGS, _ARTIFACT_RIGHTS, _SOURCES, _BUCKET_KEYS, _STORAGE):
        rng.choice(choices)(world)
    for decoy in rng.sample(_DECOYS, rng.randint(0, 5)):
        decoy(world)
    return world


def _as_it_is(world: World) -> None:
    """The shipped way."""


# --- where Canvas' settings stand ---------------------------------------------------------------------------------


def _settings_of_the_profile(world: World) -> None:
    default = world.domain["DefaultUserSettings"]["CanvasAppSettings"].pop("WorkspaceSettings")
    world.domain["DefaultUserSettings"]["CanvasAppSettings"]["WorkspaceSettings"] = {}
    world.domain["profiles"]["ana"]["UserSettings"]["CanvasAppSettings"] = {"WorkspaceSettings": default}


def _default_location(world: World) -> None:
    del world.workspace["S3ArtifactPath"]


def _location_with_a_prefix(world: World) -> None:
    world.workspace["S3ArtifactPath"] = "s3://{bucket:artifacts}/teams/analytics/"


def _role_of_the_profile(world: World) -> None:
    """The Domain names a role without rights, the profile the one that has them."""
    world.domain["profiles"]["ana"]["UserSettings"]["ExecutionRole"] = ROLE
    world.domain["DefaultUserSettings"]["ExecutionRole"] = "{role:NightlyReports}"


_SETTINGS = (_as_it_is, _settings_of_the_profile, _default_location, _location_with_a_prefix, _role_of_the_profile)


# --- how the role gets the artifact key ---------------------------------------------------------------------------


def _by_its_own_policy(world: World) -> None:
    world.drop("artifacts", "CanvasUse")
    world.role["inline"]["ArtifactKey"] = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Use", "Effect": "Allow", "Action": USE, "Resource": "{key:artifacts}"}],
    }


def _by_the_key_policy_alone(world: World) -> None:
    world.statement("artifacts", "EnableIAMUserPermissions")["Action"] = ["kms:Describe*", "kms:List*", "kms:Put*"]


def _through_s3_only(world: World) -> None:
    statement = world.statement("artifacts", "CanvasUse")
    statement["Condition"] = {"StringEquals": {"kms:ViaService": "s3.{region}.amazonaws.com"}}


def _by_a_grant(world: World) -> None:
    world.drop("artifacts", "CanvasUse")
    world.key("artifacts")["grants"] = [
        {
            "GrantId": "a" * 64,
            "Name": "canvas",
            "GranteePrincipal": ROLE,
            "Operations": ["Decrypt", "GenerateDataKey", "DescribeKey"],
            "IssuingAccount": ROOT,
        }
    ]


def _everybody_of_the_account(world: World) -> None:
    statement = world.statement("artifacts", "CanvasUse")
    statement["Principal"] = {"AWS": "*"}
    statement["Condition"] = {"StringEquals": {"kms:CallerAccount": "{account}"}}


_ARTIFACT_RIGHTS = (
    _as_it_is,
    _by_its_own_policy,
    _by_the_key_policy_alone,
    _through_s3_only,
    _by_a_grant,
    _everybody_of_the_account,
)


# --- the source ---------------------------------------------------------------------------------------------------


def _a_whole_folder(world: World) -> None:
    objects = world.bucket("sales")["objects"]
    for month in ("03", "04"):
        objects[f"2025/orders/{month}.csv"] = {
            "size": 100,
            "modified": "-5d",
            "encryption": {"algorithm": "aws:kms", "key": "{key:sales}"},
        }
    world.written["target"]["datasets"] = ["s3://{bucket:sales}/2025/orders/"]


def _named_in_the_key_policy(world: World) -> None:
    world.key_statements("sales").append(
        {"Sid": "CanvasRead", "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:Decrypt", "Resource": "*"}
    )
    world.reading[:] = [one for one in world.reading if one["Sid"] != "DecryptSales"]


def _source_with_bucket_keys(world: World) -> None:
    world.bucket("sales")["encryption"]["bucket_key"] = True
    for one in world.bucket("sales")["objects"].values():
        if "key" in one["encryption"]:
            one["encryption"]["bucket_key"] = True


_SOURCES = (_as_it_is, _a_whole_folder, _named_in_the_key_policy, _source_with_bucket_keys)


# --- Bucket Keys, application storage -----------------------------------------------------------------------------


def _without_bucket_keys(world: World) -> None:
    world.bucket("artifacts")["encryption"]["bucket_key"] = False


_BUCKET_KEYS = (_as_it_is, _without_bucket_keys)


def _storage_key_of_aws(world: World) -> None:
    del world.domain["KmsKeyId"]


def _one_key_for_all(world: World) -> None:
    """Application storage under the artifact key, which then has the statements for both."""
    world.domain["KmsKeyId"] = "{key:artifacts}"
    statements = world.key_statements("artifacts")
    statements += [
        {**one, "Sid": f"Storage{number}"}
        for number, one in enumerate(world.key_statements("storage"))
        if one.get("Sid") == "StudioVolumes"
    ]
    statements.append({"Sid": "Storage", "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": USE, "Resource": "*"})


_STORAGE = (_as_it_is, _storage_key_of_aws, _one_key_for_all)


# --- decoys -------------------------------------------------------------------------------------------------------


def _deny_for_another_role(world: World) -> None:
    world.key_statements("artifacts").append(
        {"Sid": "NotForReports", "Effect": "Deny", "Principal": {"AWS": "{role:NightlyReports}"}, "Action": "kms:*",
         "Resource": "*"}
    )  # fmt: skip


def _deny_outside_s3(world: World) -> None:
    world.key_statements("artifacts").insert(
        0,
        {"Sid": "OnlyUnencryptedTransport", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt",
         "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    )  # fmt: skip


def _allow_through_another_service(world: World) -> None:
    world.key_statements("artifacts").append(
        {"Sid": "Lambda", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": USE, "Resource": "*",
         "Condition": {"StringEquals": {"kms:ViaService": "lambda.{region}.amazonaws.com",
                                        "kms:CallerAccount": "{account}"}}}
    )  # fmt: skip


def _identity_deny_elsewhere(world: World) -> None:
    world.role["inline"]["NoPayroll"] = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "NoPayroll", "Effect": "Deny", "Action": ["s3:*", "kms:*"],
             "Resource": ["arn:{partition}:s3:::payroll", "arn:{partition}:s3:::payroll/*",
                          "arn:{partition}:kms:*:{account}:key/00000000-0000-4000-8000-000000000000"]}
        ],
    }  # fmt: skip


def _pin_of_another_bucket(world: World) -> None:
    world.bucket_statements("sales").append(
        {"Sid": "Uploads", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
         "Resource": "arn:{partition}:s3:::{bucket:sales}/*",
         "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "{key:sales}"}}}
    )  # fmt: skip


def _pin_of_the_right_key(world: World) -> None:
    world.bucket_statements("artifacts").append(
        {"Sid": "OurKey", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
         "Resource": "arn:{partition}:s3:::{bucket:artifacts}/*",
         "Condition": {"StringNotEqualsIfExists": {
             "s3:x-amz-server-side-encryption-aws-kms-key-id": "{key:artifacts}"}}}
    )  # fmt: skip


def _disabled_key_nobody_uses(world: World) -> None:
    world.written["keys"]["retired"] = {"aliases": ["alias/retired"], "state": "Disabled"}


def _another_profile_is_broken(world: World) -> None:
    world.domain["profiles"]["ben"]["UserSettings"] = {
        "ExecutionRole": "{role:NightlyReports}",
        "CanvasAppSettings": {
            "WorkspaceSettings": {"S3KmsKeyId": "arn:{partition}:kms:{region}:{account}:key/" + "0" * 36}
        },
    }


def _condition_on_the_role(world: World) -> None:
    world.bucket_statements("sales").append(
        {"Sid": "OnlyCanvas", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject",
         "Resource": "arn:{partition}:s3:::{bucket:sales}/*",
         "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "{role:NightlyReports}"}}}
    )  # fmt: skip


def _wide_boundary(world: World) -> None:
    world.written.setdefault("policies", {})["Everything"] = {
        "document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    }
    world.role["boundary"] = "Everything"


_DECOYS: tuple[Callable[[World], None], ...] = (
    _deny_for_another_role,
    _deny_outside_s3,
    _allow_through_another_service,
    _identity_deny_elsewhere,
    _pin_of_another_bucket,
    _pin_of_the_right_key,
    _disabled_key_nobody_uses,
    _another_profile_is_broken,
    _condition_on_the_role,
    _wide_boundary,
)
