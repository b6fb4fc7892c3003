"""STS: who the caller is, and the roles that it may assume."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import Call, operation
from canvas_kms_tui.demo.environments import credentials_for


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Mapping[str, Any]:
    return {"UserId": call.caller.user_id, "Account": call.account, "Arn": call.caller.arn}


@operation("sts", "AssumeRole")
def assume_role(call: Call) -> Mapping[str, Any]:
    """A session of a role that the environment says the operator may assume (``operator.roles``)."""
    wanted, external_id = call.params["RoleArn"], call.params.get("ExternalId")
    role = next((role for role in call.world.document["operator"].get("roles", ()) if role["arn"] == wanted), None)
    if role is None or role.get("external_id", external_id) != external_id:
        raise denials.refusal(call, "sts:AssumeRole", wanted, "no identity-based policy allows")
    prefix, _, name = wanted.partition(":role/")
    session = (
        f"{prefix.replace(':iam:', ':sts:')}:assumed-role/{name.rsplit('/', 1)[-1]}/{call.params['RoleSessionName']}"
    )
    identity = call.world.add_identity({**role, "arn": session})
    credentials = credentials_for(session)
    return {
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": call.world.clock() + timedelta(seconds=int(call.params.get("DurationSeconds", 3600))),
        },
        "AssumedRoleUser": {"AssumedRoleId": identity.user_id, "Arn": session},
    }
