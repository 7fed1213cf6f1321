"""XHTML narratives: read as a reader sees them."""

from service.fhir.xhtml import text_of


def test_a_narrative_in_xhtml_is_read_as_its_reader_sees_it(read_one, procedure):
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>No catheter<br/>was <b>left</b>.</p>a &lt; b</div>'
    report = read_one(procedure(text={"status": "generated", "div": div}))
    narrative = report.narratives[-1]
    assert narrative.text == "No catheter\nwas left.\na < b"
    assert (narrative.source.path, narrative.source.end) == ("Procedure.text.div", len(narrative.text))


def test_cells_of_a_table_do_not_run_together():
    assert (
        text_of("<table><tr><td>level</td><td>L4-L5</td></tr><tr><td>side</td></tr></table>")
        == "level L4-L5\nside"
    )
