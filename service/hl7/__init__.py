"""HL7 v2 as text: what a message says, whether it is taken, how it is answered, and charges as DFT^P03."""

from service.hl7.acknowledge import Acknowledgement, read_ack
from service.hl7.admit import Admission, admit
from service.hl7.batch_file import build_batch
from service.hl7.charge_lines import ChargeLine, charge_lines
from service.hl7.dft import build_message, validate_message
from service.hl7.embedded import embedded_in
from service.hl7.extract import Extractor
from service.hl7.header import read_header
from service.hl7.message import Decoded, Message, Segment, decode, escape, split_messages, unescape
from service.hl7.orders import ORDERING, Ordered, orders_of
from service.hl7.path import Found, HL7Path, compile_path
from service.hl7.persons import said_of_persons
from service.hl7.replies import OUT_OF_SEQUENCE, answer_to_numbered, busy, refusal

__all__ = [
    "ORDERING",
    "OUT_OF_SEQUENCE",
    "Acknowledgement",
    "Admission",
    "ChargeLine",
    "Decoded",
    "Extractor",
    "Found",
    "HL7Path",
    "Message",
    "Ordered",
    "Segment",
    "admit",
    "answer_to_numbered",
    "build_batch",
    "build_message",
    "busy",
    "charge_lines",
    "compile_path",
    "decode",
    "embedded_in",
    "escape",
    "orders_of",
    "read_ack",
    "read_header",
    "refusal",
    "said_of_persons",
    "split_messages",
    "unescape",
    "validate_message",
]
