"""Owns the botocore session: which settings are looked at, and how every client is configured."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfiguredEndpointProvider,
    ConfigValueStore,
    ConstantProvider,
)
from botocore.loaders import Loader

from canvas_kms_tui import __version__
from canvas_kms_tui.aws.options import ConnectOptions, Credentials

CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS, THREADS = 3, 10, 3, 32

#: Who we are is asked before anything is shown as connected: it must fail sooner.
_READ_TIMEOUTS = {"sts": 5}


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, and where each service is to be found; ``isolated`` looks at nothing of the user's own."""

    session: botocore.session.Session
    options: ConnectOptions
    region: str

    def endpoint(self, service: str) -> str | None:
        """The custom endpoint of ``service``: the flag's, else the environment's or config file's."""
        if self.options.endpoint_url or self.options.isolated:
            return self.options.endpoint_url
        if self.session.get_config_variable("ignore_configured_endpoint_urls"):
            return None
        return _configured_endpoint(self.session, service)

    def client(self, service: str, region: str, credentials: Credentials | None = None) -> Any:
        """A new client; ``credentials`` instead of the session's own."""
        return self.session.create_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint(service),
            config=self._config(service),
            **_given(credentials),
        )

    def _config(self, service: str) -> Config:
        settings: dict[str, Any] = {}
        if service == "s3" and self.endpoint(service):
            settings["s3"] = {"addressing_style": "path"}
        if self.options.isolated:
            settings["proxies"] = {}
        return Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=_READ_TIMEOUTS.get(service, READ_TIMEOUT),
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=THREADS,
            user_agent_extra=f"canvas-kms-tui/{__version__}",
            **settings,
        )


def new_session(options: ConnectOptions) -> botocore.session.Session:
    """A session for ``options``; nothing is validated yet."""
    if options.isolated is None:
        return botocore.session.Session(profile=options.profile)
    session = botocore.session.Session()
    session.register_component("config_store", _defaults_only())
    session.register_component(
        "data_loader",
        Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False),
    )
    fixed = options.isolated
    session.set_credentials(fixed.access_key_id, fixed.secret_access_key, fixed.session_token)
    return session


def _defaults_only() -> ConfigValueStore:
    """botocore's settings at their defaults: no environment variable and no file can reach them."""
    defaults: dict[str, Any] = {name: entry[2] for name, entry in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}
    nowhere = {"config_file": os.devnull, "credentials_file": os.devnull, "s3": None, "proxies_config": None}
    return ConfigValueStore({name: ConstantProvider(value) for name, value in (defaults | nowhere).items()})


def _configured_endpoint(session: botocore.session.Session, service: str) -> str | None:
    provider = ConfiguredEndpointProvider(
        full_config=session.full_config, scoped_config=session.get_scoped_config(), client_name=service
    )
    found = provider.provide()
    return str(found) if found else None


def _given(credentials: Credentials | None) -> Mapping[str, Any]:
    if credentials is None:
        return {}
    return {
        "aws_access_key_id": credentials.access_key_id,
        "aws_secret_access_key": credentials.secret_access_key,
        "aws_session_token": credentials.session_token,
    }


def is_endpoint_url(url: str) -> bool:
    """True for ``http(s)://host[:port][/path]``."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
