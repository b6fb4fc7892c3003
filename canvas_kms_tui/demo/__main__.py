"""``python -m canvas_kms_tui.demo NAME --serve``: the stand-in for other programs, the AWS CLI for one."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from canvas_kms_tui.demo import environments


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after Ctrl-C, 2 for an unknown or bad environment, 1 where the stand-in cannot start."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--child"]:
        from canvas_kms_tui.demo import child

        return child.main()
    options = _parser().parse_args(given)
    if options.schema:
        print(json.dumps(environments.schema(), indent=2))
        return 0
    if options.list:
        for summary in environments.names():
            print(f"{summary.name:32} {summary.title}")
        return 0
    try:
        environment = environments.load(options.environment)
    except environments.BadEnvironment as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return _serve(environment, options.port) if options.serve else _describe(environment)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m canvas_kms_tui.demo", description="An AWS that only pretends.")
    parser.add_argument("environment", nargs="?", default=environments.DEFAULT, help="name of a shipped one, or a file")
    parser.add_argument("--serve", action="store_true", help="run until Ctrl-C and print how to use it")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of environment files")
    parser.add_argument("--list", action="store_true", help="list the shipped environments")
    return parser


def _describe(environment: environments.Environment) -> int:
    print(f"{environment.name}: {environment.title}\n\n{environment.description}\n\ntarget: {environment.target}")
    return 0


def _serve(environment: environments.Environment, port: int) -> int:
    from canvas_kms_tui.demo import server

    try:
        demo = server.start(environment, port=port)
    except server.CannotStart as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    try:
        print(_how_to_use(demo.endpoint_url, environment), flush=True)
        demo.wait()
    except KeyboardInterrupt:
        print(file=sys.stderr)
    finally:
        demo.stop()
    return 0


def _how_to_use(endpoint: str, environment: environments.Environment) -> str:
    credentials, target = environment.credentials, environment.target
    lines = [
        f"# {environment.name}: {environment.title}",
        f"export AWS_ENDPOINT_URL={endpoint}",
        f"export AWS_REGION={environment.region} AWS_DEFAULT_REGION={environment.region}",
        f"export AWS_ACCESS_KEY_ID={credentials.access_key_id}",
        f"export AWS_SECRET_ACCESS_KEY={credentials.secret_access_key}",
    ]
    if credentials.session_token:
        lines.append(f"export AWS_SESSION_TOKEN={credentials.session_token}")
    lines += [
        "unset AWS_PROFILE AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "export NO_PROXY=127.0.0.1",
        f"# aws sagemaker describe-domain --domain-id {target.domain_id}",
        "# Ctrl-C stops it.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        code = main()
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise SystemExit(code)
