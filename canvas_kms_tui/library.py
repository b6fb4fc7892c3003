"""The program as a library: one diagnosis, from Python, by the way that ``--batch`` goes.

    from canvas_kms_tui import diagnose

    diagnosis = diagnose(domain_id="d-abc123", user_profile="ana", datasets=["s3://sales-raw/2024/q1.csv"])
    print(diagnosis.verdict.headline)
    for finding in diagnosis.findings:
        print(finding.status, finding.cause, finding.summary)

It reads only: nothing here can write to AWS. Values are checked as the flags of the same names are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any, TypedDict, Unpack

from canvas_kms_tui.cli.connect import opener
from canvas_kms_tui.cli.headless import diagnosed, unheard
from canvas_kms_tui.cli.options import UsageError
from canvas_kms_tui.cli.parser import parse
from canvas_kms_tui.cli.select import plan
from canvas_kms_tui.engine import Silent
from canvas_kms_tui.findings import Diagnosis
from canvas_kms_tui.gateway import CannotConnect
from canvas_kms_tui.report.dump import diagnosis_data
from canvas_kms_tui.target import BadTarget

__all__ = ["BadTarget", "CannotConnect", "Diagnosis", "UsageError", "as_dict", "diagnose", "diagnose_async"]


class Wanted(TypedDict, total=False):
    """What can be said of a diagnosis; each is the flag of the same name, ``datasets`` is ``--dataset``.

    What is left out is found as ``--batch`` finds it: a Domain or a profile where there is only one, credentials and
    Region as boto3 finds them.
    """

    domain_id: str
    user_profile: str
    datasets: Iterable[str]  #: ``s3://bucket/key``, or a prefix that ends in ``/``
    use_case: str
    local_upload: bool
    error: str  #: the message that the user saw
    since: str  #: CloudTrail's window, ``24h``
    probe_role: bool
    profile: str
    region: str
    endpoint_url: str
    role_arn: str
    external_id: str
    expect_account: str
    demo: str  #: name of a made-up account, or path of an environment file
    case: str  #: path of a recorded case; nothing is asked of AWS
    only: Iterable[str]
    skip: Iterable[str]
    accept_unknown: Iterable[str]
    strict: bool


def diagnose(**wanted: Unpack[Wanted]) -> Diagnosis:
    """Diagnose one import and give all that was found, every fix proven or not.

    Takes the keywords of :class:`Wanted`. Blocks until the diagnosis is finished; where an event loop runs already
    (a notebook, a web server) await :func:`diagnose_async`.

    Raises:
        UsageError: a value that cannot be meant; the message names it and says what to write.
        BadTarget: the Domain, the user profile or a dataset does not exist, or several could be meant.
        CannotConnect: no credentials, another account than ``expect_account``, no answer.
        RuntimeError: an event loop is running in this thread.
    """

    async def alone() -> Diagnosis:
        asyncio.get_running_loop().set_exception_handler(unheard)
        return await diagnose_async(**wanted)

    if _runs_a_loop():
        raise RuntimeError("an event loop is running in this thread: await diagnose_async(…) instead")
    return asyncio.run(alone())


def _runs_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def diagnose_async(**wanted: Unpack[Wanted]) -> Diagnosis:
    """As :func:`diagnose`, on the running event loop; calls to AWS are waited for on threads of their own."""
    options = parse(["--batch", *_flags(wanted)])
    opened = await opener(options)()
    try:
        return (await diagnosed(opened, plan(options), Silent())).diagnosis
    finally:
        opened.connection.close()


def as_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as it stands in the dump's ``diagnoses`` (``--print-schema``): plain data for ``json``."""
    return diagnosis_data(diagnosis)


def _flags(wanted: Wanted) -> Iterator[str]:
    for name, value in wanted.items():
        if name not in Wanted.__annotations__:
            raise TypeError(f"diagnose() has no keyword {name!r}; it takes {', '.join(Wanted.__annotations__)}")
        flag = f"--{name.removesuffix('s') if name == 'datasets' else name}".replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            yield flag
        elif name == "datasets":
            yield from (f"{flag}={uri}" for uri in _several(name, value))
        elif isinstance(value, str):
            yield f"{flag}={value}"
        else:
            yield f"{flag}={','.join(_several(name, value))}"


def _several(name: str, value: object) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name} takes a list of texts, not {value!r}")
    return [str(each) for each in value]
