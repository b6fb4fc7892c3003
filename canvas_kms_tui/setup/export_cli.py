"""A set-up as a script for bash and the AWS CLI that makes the same things.

What stands already is left alone, so that a script that was broken off can be run again; a new role that is not known
everywhere yet is waited for, and so is the Domain.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.export_cli import dashed, words
from canvas_kms_tui.edits import creation
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.setup.things import Thing, things

_HEAD = """\
#!/usr/bin/env bash
# {title}
# Account {account}, {region}. Run it again after a failure: what stands is left alone.
set -euo pipefail
export AWS_PAGER=""

[ "$(aws sts get-caller-identity --query Account --output text)" = {account} ] || {{
  echo "these credentials are not of account {account}; nothing was made" >&2
  exit 4
}}

# A role that was made a moment ago is not known everywhere at once.
patiently() {{
  local try refusal
  refusal=$(mktemp)
  for try in $(seq 60); do
    if "$@" 2>"$refusal"; then rm -f "$refusal"; return 0; fi
    grep -Eiq 'invalid principal|could not assume|cannot assume' "$refusal" || break
    sleep 3
  done
  cat "$refusal" >&2
  rm -f "$refusal"
  return 1
}}

# The enabled key in a Region that an earlier run made under this tag, if there is one.
our_key() {{
  local keys key tag state
  keys=$(aws kms list-keys --region "$1" --query 'Keys[].KeyId' --output text) || return 1
  for key in $keys; do
    tag=$(aws kms list-resource-tags --region "$1" --key-id "$key" \
      --query "Tags[?TagKey=='{tag}'].TagValue" --output text 2>/dev/null) || continue
    [ "$tag" = "$2" ] || continue
    state=$(aws kms describe-key --region "$1" --key-id "$key" --query KeyMetadata.KeyState --output text) || return 1
    if [ "$state" = Enabled ]; then echo "$key"; return 0; fi
  done
}}

# Wait until what a command describes is in service.
in_service() {{
  local status
  while status=$("$@" --query Status --output text); do
    case "$status" in
      InService) return 0 ;;
      *Failed) echo "status $status: $*" >&2; return 1 ;;
    esac
    sleep 5
  done
  return 1
}}
"""

#: What a placeholder of the plan is called in the script.
VARIABLES = {
    creation.new_key_id("data"): "DATA_KEY",
    creation.new_key_id("storage"): "STORAGE_KEY",
    creation.NEW_DOMAIN: "DOMAIN",
}


def script(setup: Setup) -> str:
    """The script's text."""
    place = {"account": setup.account.account, "region": setup.account.region}
    head = _HEAD.format(title=" ".join(setup.title.split()), tag=creation.TAG, **place)
    found = things(setup.changes)
    parts = [head]
    makers = {id(thing.made_by): thing for thing in found.made}
    with_their_keys = {id(alias) for thing in found.of("key") for alias in thing.all("CreateAlias")}
    for change in setup.changes:
        if thing := makers.get(id(change)):
            parts.append("\n".join(_MAKERS[thing.kind](thing)))
        elif id(change) not in with_their_keys:
            parts.append(command(change))
    return "\n\n".join(parts) + "\n"


def command(change: Change, *, patient: bool = False, more: str = "") -> str:
    """One command; the ids of what the script makes are its variables."""
    region = [f"--region {quoted(change.region)}"] if change.region else []
    given = [f"--{dashed(name)} {quoted(_text(value))}" for name, value in change.parameters.items()]
    head = " ".join([*(["patiently"] if patient or _names_a_role(change) else []), *words(change)])
    return " \\\n  ".join([head, *region, *given, *([more] if more else [])])


def _names_a_role(change: Change) -> bool:
    """Whether a role that is made in the same script may stand in it."""
    return change.operation in ("PutKeyPolicy", "PutBucketPolicy", "UpdateDomain", "UpdateUserProfile")


def quoted(text: str) -> str:
    """The text for bash: literal but for the script's variables."""
    pieces = re.split(f"({'|'.join(map(re.escape, VARIABLES))})", text)
    made = [f'"${VARIABLES[piece]}"' if piece in VARIABLES else shlex.quote(piece) for piece in pieces if piece]
    return "".join(made) or "''"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _role(thing: Thing) -> Iterator[str]:
    name = quoted(thing.made_by.parameters["RoleName"])
    yield f"aws iam get-role --role-name {name} >/dev/null 2>&1 ||"
    yield _indented(f"{command(thing.made_by)} >/dev/null")


def _key(thing: Thing) -> Iterator[str]:
    variable = VARIABLES[thing.made_by.resource.rsplit("/", 1)[-1]]
    alias = thing.change("CreateAlias")
    assert alias is not None
    region = f"--region {quoted(str(thing.made_by.region))}"
    query = f"Aliases[?AliasName=='{alias.parameters['AliasName']}'].TargetKeyId"
    yield f"{variable}=$(aws kms list-aliases {region} --query {shlex.quote(query)} --output text)"
    yield f'if [ -z "${variable}" ]; then'
    tag = thing.made_by.parameters["Tags"][0]["TagValue"]
    yield f"  {variable}=$(our_key {quoted(str(thing.made_by.region))} {quoted(tag)})"
    made = command(thing.made_by, patient=True, more="--query KeyMetadata.KeyId --output text")
    yield f'  if [ -z "${variable}" ]; then'
    yield _indented(_indented(f"{variable}=$({made})"))
    yield "  fi"
    yield _indented(command(alias))
    yield "fi"


def _bucket(thing: Thing) -> Iterator[str]:
    sent, region = thing.made_by.parameters, f"--region {quoted(str(thing.made_by.region))}"
    owner = thing.made_by.after["Account"]
    yield f"aws s3api head-bucket {region} --bucket {quoted(sent['Bucket'])} --expected-bucket-owner {owner} \\"
    yield "  >/dev/null 2>&1 ||"
    yield _indented(f"{command(thing.made_by)} >/dev/null")


def _domain(thing: Thing) -> Iterator[str]:
    region = f"--region {quoted(str(thing.made_by.region))}"
    query = f"Domains[?DomainName=='{thing.made_by.parameters['DomainName']}'].DomainId"
    yield f"# For ever: {thing.made_by.confirm_why}"
    yield f"DOMAIN=$(aws sagemaker list-domains {region} --query {shlex.quote(query)} --output text)"
    yield 'if [ -z "$DOMAIN" ]; then'
    made = command(thing.made_by, patient=True, more="--query DomainArn --output text")
    yield _indented(f"DOMAIN=$({made})")
    yield "  DOMAIN=${DOMAIN##*/}"
    yield "fi"
    yield f'in_service aws sagemaker describe-domain {region} --domain-id "$DOMAIN"'


def _profile(thing: Thing) -> Iterator[str]:
    sent, region = thing.made_by.parameters, f"--region {quoted(str(thing.made_by.region))}"
    which = f"{region} --domain-id {quoted(sent['DomainId'])} --user-profile-name {quoted(sent['UserProfileName'])}"
    yield f"aws sagemaker describe-user-profile {which} >/dev/null 2>&1 ||"
    yield _indented(f"{command(thing.made_by, patient=True)} >/dev/null")
    yield f"in_service aws sagemaker describe-user-profile {which}"


_MAKERS: Mapping[str, Callable[[Thing], Iterator[str]]] = {
    "role": _role,
    "key": _key,
    "bucket": _bucket,
    "domain": _domain,
    "profile": _profile,
}
