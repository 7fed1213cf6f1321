"""Billing systems for the tests of posting: real MLLP receivers, and ways to them."""

import itertools
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

from service.domain.answers import SAFE_ACTIONS, Patience
from service.domain.layout import Layout
from service.hl7 import Message, decode
from service.mllp import Connection, encode
from service.mllp.framing import FrameDecoder
from service.pipeline import decide
from service.pipeline.decide import Reviewer
from service.posting.dft_over_mllp import DftOverMllp
from tests.integration.pipeline.conftest import CONTEXT, a_line

PATIENT = Patience()
_numbers = itertools.count(1000)
LAYOUT = Layout(("CC", "MAIN"), ("BILLING", "MAIN"))


SILENCE = 1.0  # is noticed after so many seconds; whoever answers has longer, on a busy machine


def way_to(port, *, actions=SAFE_ACTIONS, patience=PATIENT, connections=1, timeout=10, **layout):
    """A destination of one file's settings."""
    links = [Connection("127.0.0.1", port, answer_timeout=timeout) for _ in range(connections)]
    return DftOverMllp(links, replace(LAYOUT, **layout), actions, patience)


def ack_of(body, code="AA", control_id=None, errors=""):
    """The acknowledgement of a message."""
    asked = Message.parse(decode(body).text).get("MSH-10") if control_id is None else control_id
    head = f"MSH|^~\\&|BILLING|MAIN|CC|MAIN|||ACK^P03^ACK|A{asked}|P|2.5.1"
    return f"{head}\rMSA|{code}|{asked}\r{errors}".encode()


@contextmanager
def receiver(answer):
    """An MLLP receiver that gives `answer(body)`, bytes as they go on the wire; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    served = []

    def serve(connection):
        decoder = FrameDecoder()
        with connection:
            while data := connection.recv(65536):
                for frame in decoder.feed(data):
                    connection.sendall(answer(frame.body))

    def accept():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve, args=[connection])
            served.append((thread, connection))
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for thread, connection in served:
            with_shutdown(connection)
            thread.join()


def with_shutdown(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def dft(*keys):
    """What billing tells of charges by these keys."""
    lines = "".join(f"FT1|{n}|{key}||20270110||CG|62323^^C4\r" for n, key in enumerate(keys, 1))
    return (
        "MSH|^~\\&|BILLING|MAIN|CC|MAIN|20270111||DFT^P03|B1|P|2.5.1\rEVN|P03|20270111\r"
        f"PID|||MRN1^^^HOSP^MR\rPV1||O|||||||||||||||||V1\r{lines}"
    ).encode()


def framed(body):
    return encode(body)


def approve_lines(database, put, coder, *contexts, **more):
    """Approve one line for each context; gives the keys of the charges, in order."""
    keys = []
    for context in contexts:
        number = next(_numbers)  # each is another service of the one procedure
        content = {"context": {**CONTEXT, **context}}
        (line,) = put(a_line(f"slot-{number}", f"J{number}", content=content, **more))
        with database.transaction() as store:
            decide.approve(store, Reviewer(coder, line.id, 1), "billing")
            (charge,) = store.charges.of_candidate(line.id)
        keys.append(charge.key)
    return keys


def postings_of(database, keys):
    with database.transaction() as store:
        return [store.postings.of_charge(key)[0] for key in keys]


def states_of(database, keys):
    return [posting.state for posting in postings_of(database, keys)]
