"""JSON over HTTP: for feeds (HL7 v2, FHIR), for coders and their page, and for operations."""
