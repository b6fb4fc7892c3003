"""A plain moto server on loopback, one for the session, and connections to it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from canvas_kms_tui.aws.live import ConnectOptions, Credentials, connect
from canvas_kms_tui.gateway import Connection

REGION = "eu-west-1"
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "secret")


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_url: str):
    """boto3 clients with which a test prepares the account."""
    clients = []

    def client(service: str, region: str = REGION):
        made = boto3.client(
            service,
            region_name=region,
            endpoint_url=moto_url,
            aws_access_key_id=CREDENTIALS.access_key_id,
            aws_secret_access_key=CREDENTIALS.secret_access_key,
        )
        clients.append(made)
        return made

    yield client
    for made in clients:
        made.close()


@pytest.fixture
async def connection(moto_url: str) -> AsyncIterator[Connection]:
    opened = await connect(ConnectOptions(region=REGION, endpoint_url=moto_url, isolated=CREDENTIALS))
    yield opened
    opened.close()
