"""The aims, and the machine on which those of the line were set."""

#: Our durable receive, in rates of a bare group commit.
RECEIVE = 0.5
#: Deployment -> messages/s of the line, and of a bare group commit there, on two cores and 64 connections.
LINE = {"embedded, SQLite": (1_500, 42_200), "PostgreSQL + Redis": (4_000, 47_300)}
