"""Owns the live connection: the gateway that reads, the writer that writes, and how they are opened.

botocore is imported on a background thread, when somebody connects; this module alone costs nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from canvas_kms_tui.aws.calllog import CallLog
from canvas_kms_tui.aws.clients import WARMED, Clients
from canvas_kms_tui.aws.meter import Meter
from canvas_kms_tui.aws.operations import Place
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.aws.probes import Probes
from canvas_kms_tui.aws.reads import AS_ROLE, check_read
from canvas_kms_tui.aws.renewal import Renewal
from canvas_kms_tui.aws.silence import Silence
from canvas_kms_tui.aws.threads import DaemonPool
from canvas_kms_tui.aws.turns import Turns
from canvas_kms_tui.aws.writes import check_write
from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.gateway import Caller, CannotConnect, Connection, Response, Writer

if TYPE_CHECKING:
    from canvas_kms_tui.aws.door import Door, Line
    from canvas_kms_tui.aws.session import Opened

__all__ = ["ConnectOptions", "Credentials", "connect"]

_THREADS = 32
#: Seconds after which a busy thread gives way.
_SWITCH_INTERVAL = 0.0005


class LiveGateway:
    """Reads from AWS; see :class:`canvas_kms_tui.gateway.Gateway`."""

    def __init__(self, renewal: Renewal, meter: Meter, probes: Probes | None = None) -> None:
        self._renewal = renewal
        self._meter = meter
        self._probes = probes

    async def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        """As the seam says; a probe is refused (PermissionError) where ``--probe-role`` was not given."""
        allowed = check_read(service, operation, params)
        make = self._renewal.make
        if role_arn := params.pop(AS_ROLE, None):
            if self._probes is None:
                raise PermissionError(f"{service} {operation} as {role_arn}: only with --probe-role")
            make = (await self._probes.as_role(role_arn)).make
        answer = await make(service, operation, allowed, region, params)
        del answer["RequestId"]
        return answer

    def stats(self) -> CallStats:
        return self._meter.stats()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def clock_skew(self) -> float | None:
        """Seconds by which this machine's clock is ahead of AWS's, by the last answer's Date."""
        return self._meter.skew


class LiveWriter:
    """Writes to AWS; see :class:`canvas_kms_tui.gateway.Writer`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def send(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Response:
        return await self._door.make(service, operation, check_write(service, operation, params), region, params)


class _Threads:
    """The daemon threads of one connection: many that call, one that makes clients."""

    def __init__(self) -> None:
        self.calls = DaemonPool("aws-call", _THREADS)
        self.builder = DaemonPool("aws-client", 1)

    async def build(self, work: Callable[[], Any]) -> Any:
        return await asyncio.wrap_future(self.builder.submit(work))

    def stop(self) -> None:
        self.calls.stop()
        self.builder.stop()


async def connect(options: ConnectOptions) -> Connection:
    """Open AWS: sign in, ask who we are, and warm the clients in the background.

    Raises:
        CannotConnect: what is wrong, in one line, with the exit code.
    """
    threads, meter, log = _Threads(), Meter(), CallLog(options.log_file)
    try:
        return await _connected(options, threads, meter, log)
    except BaseException:
        threads.stop()
        log.close()
        raise


async def _connected(options: ConnectOptions, threads: _Threads, meter: Meter, log: CallLog) -> Connection:
    # Calls come back on many threads at once; the loop must not wait its 5 ms for each of them (measured: 4 % sooner).
    sys.setswitchinterval(_SWITCH_INTERVAL)
    silence, turns = Silence(), Turns()
    opened: Opened = await threads.build(partial(_open, options, meter, silence, turns))
    clients = Clients(opened, threads.builder)
    caller = await _identified(opened, clients, threads)
    from canvas_kms_tui.aws.clean import Cleaner
    from canvas_kms_tui.aws.connecting import needed_sign_in
    from canvas_kms_tui.aws.door import Door, Line

    place, cleaner = Place(caller.partition, opened.region, caller.account), Cleaner(options.spelled)
    line = Line(place, threads.calls, meter, log, silence, turns, options.on_progress, cleaner=cleaner)

    async def open_again() -> Clients:
        again: Opened = await threads.build(partial(_open, options, meter, silence, turns))
        renewed = Clients(again, threads.builder)
        if (found := await _identified(again, renewed, threads)).account != caller.account:
            raise CannotConnect(f"these credentials are of account {found.account}, the diagnosis of {caller.account}")
        return renewed

    renewal = Renewal(clients, partial(Door, line), open_again, partial(needed_sign_in, opened), options.ask_to_sign_in)

    async def writer() -> Writer:
        """Raises CannotConnect where ``--write-role-arn`` may not be assumed."""
        if not options.write_role_arn:
            return LiveWriter(Door(line, renewal.clients))
        signed_in = await threads.build(partial(_assume_to_write, renewal.clients.opened, caller))
        return LiveWriter(Door(line, Clients(renewal.clients.opened, threads.builder, signed_in)))

    def close() -> None:
        threads.stop()
        log.close()

    return Connection(
        gateway=LiveGateway(renewal, meter, _probes(renewal, threads, line)),
        caller=caller,
        region=opened.region,
        source=options.source,
        label=options.label,
        writer=None if options.read_only else writer,
        no_writer="--read-only was given" if options.read_only else "",
        write_role=options.write_role_arn or "",
        close=close,
    )


def _probes(renewal: Renewal, threads: _Threads, line: Line) -> Probes | None:
    if not renewal.clients.opened.options.probe_role:
        return None
    from canvas_kms_tui.aws.door import Door
    from canvas_kms_tui.aws.signin import assumed

    return Probes(
        lambda work: asyncio.wrap_future(threads.builder.submit(work)),
        lambda role_arn: assumed(renewal.clients.opened, role_arn, None),
        lambda credentials: Door(line, Clients(renewal.clients.opened, threads.builder, credentials)),
    )


async def _identified(opened: Opened, clients: Clients, threads: _Threads) -> Caller:
    from canvas_kms_tui.aws.connecting import explained, identify

    try:
        sts = await asyncio.wrap_future(clients.get("sts", opened.region))
        clients.warm(WARMED, opened.region)
        return await asyncio.wrap_future(threads.calls.submit(partial(identify, opened, sts)))
    except Exception as error:
        raise explained(opened, error) from error


def _open(options: ConnectOptions, meter: Meter, silence: Silence, turns: Turns) -> Opened:
    from canvas_kms_tui.aws import door, wire  # noqa: F401 - so that the loop finds it imported
    from canvas_kms_tui.aws.connecting import open_session

    opened = open_session(options)
    wire.attach(opened.session, opened.endpoint, meter=meter, silence=silence, turns=turns)
    return opened


def _assume_to_write(opened: Opened, caller: Caller) -> Credentials:
    from canvas_kms_tui.aws.signin import account_of_role, assumed

    role = opened.options.write_role_arn or ""
    if (account := account_of_role(role, "--write-role-arn")) != caller.account:
        raise CannotConnect(f"--write-role-arn {role} is of account {account}, the diagnosis of {caller.account}")
    return assumed(opened, role, opened.options.external_id)
