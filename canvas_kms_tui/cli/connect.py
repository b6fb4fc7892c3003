"""Opening the source of facts that the flags name; boto3 and the stand-in are imported here and nowhere earlier."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from canvas_kms_tui import hidden
from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.fleet.wanted import Wanted
from canvas_kms_tui.gateway import AskToSignIn, CannotConnect, Connection
from canvas_kms_tui.target import Dataset, Target

if TYPE_CHECKING:
    from canvas_kms_tui.aws.case import Case
    from canvas_kms_tui.aws.options import Told

T = TypeVar("T")

#: What the stand-in is made of; a production installation does without it.
_DEMO_EXTRA = ("moto", "werkzeug", "jsonschema")


def _nothing_to_record(target: Target | None) -> None:
    """Without ``--record``."""


@dataclass(slots=True)
class Opened:
    """A connection and the target, filled up with what the source itself says (a demo's own target).

    ``record`` writes the case file that ``--record`` asks for, with everything that was read up to now. ``access`` is
    how another process reaches the same source; it holds no credentials but a demo's made-up ones.
    """

    connection: Connection
    wanted: Wanted
    record: Callable[[Target | None], None] = field(default=_nothing_to_record)
    access: Mapping[str, Any] = field(default_factory=dict)


def wanted(options: Options) -> Wanted:
    """What the flags say, as it may be shown."""
    return Wanted(
        domain_id=options.domain_id,
        user_profile=hidden.text(options.user_profile) if options.user_profile else None,
        datasets=_shown(options.dataset),
        use_case=options.use_case,
        local_upload=options.local_upload,
        error_text=hidden.text(options.error) if options.error else None,
    )


def _shown(datasets: Iterable[Dataset]) -> tuple[Dataset, ...]:
    return tuple(Dataset(dataset.bucket, hidden.text(dataset.key)) for dataset in datasets)


def _own_target(target: Target) -> Target:
    """The target that an environment brings with it, as it may be shown."""
    said = hidden.text(target.error_text) if target.error_text else None
    return replace(target, datasets=_shown(target.datasets), error_text=said)


def _spelled(datasets: Iterable[Dataset]) -> tuple[str, ...]:
    return tuple(dataset.key for dataset in datasets)


def opener(
    options: Options, on_progress: Told | None = None, ask_to_sign_in: AskToSignIn | None = None
) -> Callable[[], Awaitable[Opened]]:
    """A function that opens the source of facts.

    It raises :class:`~canvas_kms_tui.gateway.CannotConnect` with exit code 2 or 4.
    """

    case, record = _path(options.case), _path(options.record)

    async def open_source() -> Opened:
        if case is not None:
            return await _case(options, case)
        if options.demo is not None:
            opened = await _demo(options, options.demo, on_progress)
        else:
            opened = Opened(await _live(options, on_progress, ask_to_sign_in), wanted(options))
        return _recording(opened, record, redacted=options.redact) if record else opened

    return open_source


async def _case(options: Options, path: Path) -> Opened:
    from canvas_kms_tui.aws.replay import open_case

    connection, case = await on_a_thread(lambda: open_case(path))
    said = wanted(options)
    return Opened(connection, said.filled_from(case.target) if case.target else said)


def _recording(opened: Opened, path: Path, *, redacted: bool) -> Opened:
    from canvas_kms_tui.aws.recorder import Recorder

    recorder = Recorder(opened.connection)

    def record(target: Target | None) -> None:
        try:
            _write_case(recorder.case(target), path, redacted=redacted)
        except OSError as problem:
            raise UsageError(f"--record {path}: {problem.strerror or problem}") from None

    return Opened(replace(opened.connection, gateway=recorder), opened.wanted, record)


def _write_case(recorded: Case, path: Path, *, redacted: bool) -> None:
    """Redacted, the mapping goes to a file of its own beside it; both are readable for the user alone."""
    from canvas_kms_tui.aws import case

    if not redacted:
        case.write(recorded, path)
        return
    from canvas_kms_tui.aws.redact import redact

    result = redact(recorded)
    mapping = path.with_name(f"{path.name}.mapping.json")
    case.write(result.case, path)
    case.write_private(mapping, json.dumps(result.mapping, indent=1).encode() + b"\n")
    print(f"{result.summary()}\nCase: {path}\nMapping: {mapping}", file=sys.stderr)


async def _live(options: Options, on_progress: Told | None, ask_to_sign_in: AskToSignIn | None) -> Connection:
    from canvas_kms_tui.aws.live import connect
    from canvas_kms_tui.aws.options import ConnectOptions

    return await connect(
        ConnectOptions(
            profile=options.profile,
            region=options.region,
            endpoint_url=options.endpoint_url,
            role_arn=options.role_arn,
            external_id=options.external_id,
            write_role_arn=options.write_role_arn,
            read_only=options.read_only,
            probe_role=options.probe_role,
            expect_account=options.expect_account,
            log_file=_path(options.log_file),
            ask_to_sign_in=ask_to_sign_in,
            on_progress=on_progress,
            spelled=_spelled(options.dataset),
        )
    )


async def _demo(options: Options, name: str, on_progress: Told | None) -> Opened:
    if missing := missing_extra("--demo", "demo", _DEMO_EXTRA):
        raise CannotConnect(missing, 2)
    from canvas_kms_tui.aws.live import connect
    from canvas_kms_tui.aws.options import ConnectOptions, Credentials
    from canvas_kms_tui.demo import environments, server

    try:
        environment = await on_a_thread(lambda: environments.load(name))
    except environments.BadEnvironment as bad:
        raise CannotConnect(f"--demo: {bad}", 2) from None
    try:
        running = await on_a_thread(lambda: server.start(environment), undo=lambda late: late.stop())
    except server.CannotStart as cannot:
        raise CannotConnect(f"--demo: {cannot}", 2) from None
    fake = environment.credentials
    try:
        connection = await connect(
            ConnectOptions(
                region=environment.region,
                endpoint_url=running.endpoint_url,
                isolated=Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token),
                read_only=options.read_only,
                probe_role=options.probe_role,
                expect_account=options.expect_account,
                log_file=_path(options.log_file),
                on_progress=on_progress,
                spelled=_spelled([*options.dataset, *environment.target.datasets]),
                source="demo",
                label=hidden.text(f"demo {environment.name}"),
            )
        )
    except BaseException:
        running.stop()
        raise
    access = {
        "endpoint_url": running.endpoint_url,
        "region": environment.region,
        "isolated": [fake.access_key_id, fake.secret_access_key, fake.session_token],
    }
    said = wanted(options).filled_from(_own_target(environment.target))
    return Opened(_closing(connection, running.stop), said, access=access)


def missing_extra(flag: str, extra: str, packages: Sequence[str]) -> str:
    """What ``flag`` lacks and how to get it; empty where everything is there."""
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if not missing:
        return ""
    return (
        f"{flag} needs {', '.join(missing)}, which this installation left out; "
        f"install with the extra: pip install '.[{extra}]' in the checkout"
    )


def _path(said: str | None) -> Path | None:
    return Path(said).expanduser() if said else None


def _closing(connection: Connection, stop: Callable[[], None]) -> Connection:
    close = connection.close

    def both() -> None:
        try:
            close()
        finally:
            stop()

    return replace(connection, close=both)


async def on_a_thread(work: Callable[[], T], undo: Callable[[T], None] | None = None) -> T:
    """Run blocking work on a daemon thread: quitting never waits for it.

    When the wait is cancelled before the work is done, ``undo`` is called with its late result.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def hand_over(result: T | None, error: BaseException | None) -> None:
        if answer.cancelled():
            if error is None and undo is not None:
                undo(result)  # type: ignore[arg-type]
        elif error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - carried to whoever awaits
            error = raised
        try:
            loop.call_soon_threadsafe(hand_over, result, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            if error is None and undo is not None:
                undo(result)  # type: ignore[arg-type]

    threading.Thread(target=run, daemon=True, name="canvas-kms-tui-start").start()
    return await answer
