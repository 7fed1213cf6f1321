"""The `charge-capture` command."""

from service.commands.chosen import Place, group_of
from service.commands.faults import said_in_one_line
from service.commands.logs import configure_logs

#: In the order in which they are listed.
COMMANDS = {
    "serve": Place("serve.serve", "Run everything in one process."),
    "listen": Place("serve.listen", "Run the MLLP listener alone."),
    "api": Place("serve.api", "Run the API alone."),
    "sweep": Place("serve.sweep", "Look for rows that a broker forgot, again and again."),
    "propose": Place(
        "propose.propose",
        "Print, a JSON object a line, what each message documents and what would be charged or asked.",
    ),
    "send": Place(
        "send.send",
        "Send messages over MLLP and print every answer. Exit 0: all accepted; 1: some not; 2: no receiver.",
    ),
    "sink": Place(
        "sink.sink",
        "Play a billing system: print FT1-2, FT1-6, FT1-25, FT1-26 and FT1-10 of every charge that comes in.",
    ),
    "replay": Place(
        "replay.replay",
        "Read stored messages again: those in quarantine, or others, or by id; nothing is charged twice.",
    ),
    "acks": Place(
        "acks.acks",
        "Show which application acknowledgements are owed or failed. Exit 1 when a sender waits in vain.",
    ),
    "ledger": Place(
        "admin.ledger", "Prove that nothing was lost between the door and billing; exit 1 on a difference."
    ),
    "reconcile": Place(
        "reconcile.reconcile",
        "Hold a day's documentation against its charges, orders and billing's answers. No patient data.",
    ),
    "migrate": Place("admin.migrate", "Bring the database to the newest schema."),
    "watch": Place(
        "watch.watch_folder", "Take HL7 files from a folder, as if they came over MLLP; Ctrl-C ends it."
    ),
    "mappings": Place("mappings.mappings", "The mappings: lint them and run their tests."),
    "users": Place("users.users", "Who may call the API, and sign in at the page."),
    "keys": Place("admin.keys", "The encryption keys of patient data."),
    "audit": Place("admin.audit", "The audit trail."),
    "edits": Place("edits.edits", "NCCI PTP, MUE, add-on and fee schedule files of CMS."),
    "auto-approve": Place("auto_approve.auto_approve", "Approval without a person: off by default."),
    "feeds": Place("feeds.feeds", "The feeds: what comes from where, and what became of it."),
    "quarantine": Place("quarantine.quarantine", "Messages that nothing could be done with, and why."),
    "notes": Place("notes.notes", "Lines found by the words of their notes."),
    "fhir": Place("fhir.fhir", "The FHIR servers that procedures are fetched from."),
}

app = group_of(COMMANDS, "From an EHR's procedure message to a reviewed charge in billing.")


def main() -> None:
    """Run a command; what an operator can mend is said in one line on stderr, exit 2."""
    configure_logs()
    with said_in_one_line():
        app()


if __name__ == "__main__":
    main()
