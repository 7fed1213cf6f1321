"""feeds: the tools of the interface analyst."""

from service.commands.chosen import Place, group_of

FEED_TOOLS = {
    "test": Place(
        "feed_trial.try_feeds",
        "Try feed files on messages: what is taken, read where, not translated, or never found.",
    ),
    "tail": Place(
        "feed_tail.tail",
        "Print a line for each message that arrives, and another once it has been read; Ctrl-C ends it.",
    ),
    "list": Place(
        "feed_list.list_feeds",
        "Every feed: what it brought, what waits or was set aside, and whether it is silent.",
    ),
    "show": Place(
        "feed_list.show_feed",
        "One feed: how far its numbers have come, why messages were set aside, which rules of HL7 it breaks.",
    ),
}

feeds = group_of(FEED_TOOLS, "The feeds: what comes from where, and what became of it.")
