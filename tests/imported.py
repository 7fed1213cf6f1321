"""What a program is forked off: it has imported all, and read the shipped mappings. Both take seconds."""

import runpy
from importlib import import_module

import celery.__main__

import service.__main__
from service.commands.chosen import command_at
from service.commands.feeds import FEED_TOOLS
from service.commands.mappings import MAPPING_TOOLS
from service.wiring import given_mappings
from tests.shipped import load_once, shipped_reader

_MAIN = {"charge-capture": service.__main__.main, "celery": celery.__main__.main}
for _imported_when_used in (
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "celery.worker.strategy",
    "kombu.transport.memory",
    "kombu.transport.redis",
    "sqlite3",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
):
    import_module(_imported_when_used)
for name, place in (service.__main__.COMMANDS | MAPPING_TOOLS | FEED_TOOLS).items():
    command_at(name, place)
shipped_reader()  # compiles their FHIRPaths


def run(program):
    """Run what is called so, or that file."""
    given_mappings.load = load_once
    if program in _MAIN:
        _MAIN[program]()
    else:
        runpy.run_path(program, run_name="__main__")
