"""Charge capture: from an EHR's procedure message to a reviewed charge in billing."""
