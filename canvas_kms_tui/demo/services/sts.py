"""STS and IAM's toolbox: who the caller is, the roles that it may assume, and what a refusal was about."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import AwsError, Call, operation
from canvas_kms_tui.demo.environments import credentials_for


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Mapping[str, Any]:
    return {"UserId": call.caller.user_id, "Account": call.account, "Arn": call.caller.arn}


@operation("sts", "DecodeAuthorizationMessage")
def decode_authorization_message(call: Call) -> Mapping[str, Any]:
    """The stand-in's encoded messages are base64 of the JSON that AWS gives."""
    try:
        text = base64.b64decode(call.params["EncodedMessage"], validate=True).decode()
        json.loads(text)
    except ValueError:
        raise AwsError("InvalidAuthorizationMessageException", "The message could not be decoded.") from None
    return {"DecodedMessage": text}


@operation("iam-toolbox", "GetRequestAuthorizationDetails")
def get_request_authorization_details(call: Call) -> Mapping[str, Any]:
    """What the environment's ``authorizations`` holds under the id."""
    found: Mapping[str, Any] | None = call.world.document.get("authorizations", {}).get(call.params["authorizationId"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "There are no authorization details of this id.", 404)
    return {"requestContext": {}, "policies": [], **found}


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
