"""Messages for the commands to send."""

import pytest

FT1 = "FT1|1|{key}||20260105||CG|1^charge|||{units}|||||||||||||||62323^^C4|{modifiers}"


@pytest.fixture
def dft():
    """Make a DFT^P03: dft("M1", key="K1")."""

    def make(control_id, *, key="CHARGE1", units="1", modifiers="LT~59", message_type="DFT^P03"):
        segments = [
            f"MSH|^~\\&|CC|HERE|BILLING|THERE|20260105120000||{message_type}|{control_id}|P|2.5.1",
            "EVN||20260105120000",
            "PID|1||4711^^^HERE^MR||TESTPERSON^ANNA",
            FT1.format(key=key, units=units, modifiers=modifiers),
        ]
        return "".join(segment + "\r" for segment in segments).encode()

    return make
