"""mappings: the tools of the compliance analyst."""

from service.commands.chosen import Place, group_of

MAPPING_TOOLS = {
    "check": Place(
        "check.check", "Lint every file and run every table's tests; exit 1 when something must be mended."
    ),
    "explain": Place("analyst.explain_case", "Say why a code comes of a case, or why another does not."),
    "diff": Place(
        "analyst.diff",
        "Say which cases change their answer: the tests of both, given files, stored procedures.",
    ),
    "coverage": Place("analyst.coverage", "Say which rows decide something in a corpus, and which never do."),
    "schema": Place("analyst.schema", "Write the JSON Schemas of all mapping files, for editors."),
    "publish": Place("publish.publish", "Record that the mappings as they are now hold, from now on."),
}

mappings = group_of(MAPPING_TOOLS, "The mappings: lint them and run their tests.")
