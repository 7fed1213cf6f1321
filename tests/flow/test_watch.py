"""A watched folder, with kill -9 in the middle: nothing is lost, nothing is there twice."""

from tests.programs import ran
from tests.service_process import CRASHING, Process, start_embedded, stopping, wait_until


def test_killed_between_the_commit_and_the_putting_away_a_file_counts_once(tmp_path, sample):
    folder, data = tmp_path / "in", tmp_path / "data"
    folder.mkdir()
    for name in ("01", "02", "09"):
        (folder / f"{name}.hl7").write_bytes(sample(name))
    (folder / "bad.hl7").write_bytes(b"this is no HL7")
    arguments = ["watch", str(folder), "--settle", "0", "--data", str(data)]
    program = [CRASHING, "after_commit_of_a_file", *arguments]
    Process(program, {}, "watching").wait_killed()
    assert len(list(folder.glob("work/*~*.hl7"))) == 1

    with stopping(start_embedded(data, options=["--watch", str(folder)])) as running:
        wait_until(lambda: not list(folder.glob("*.hl7")), "all files taken")
        wait_until(lambda: len(list(folder.glob("done/*.ack"))) == 3, "all sound files done")
        wait_until(lambda: len(running.ask("GET", "/v1/candidates").json["items"]) == 3, "all charted")
        code, ledger = running.ledger()
    assert (code, ledger["whole"]) == (0, True), ledger
    messages = ledger["sums"]["messages"]
    assert (messages["charted"], messages["duplicate"], messages["quarantined"]) == (3, 1, 1)
    assert b"MSA|CA|" in (folder / "done" / "01.hl7.ack").read_bytes()
    assert b"MSA|AR|" in (folder / "failed" / "bad.hl7.ack").read_bytes()


def test_all_that_is_there_is_taken_once_by_a_feed_that_is_named(tmp_path, sample):
    folder, data = tmp_path / "in", tmp_path / "data"
    folder.mkdir()
    (folder / "01.hl7").write_bytes(sample("01"))

    def watch(*options):
        words = ("watch", folder, "--once", "--settle", "0", "--data", data)
        return ran("charge-capture", *words, *options)

    wrong = watch("--feed", "generic-oruu")
    assert (wrong.code, "there is no feed generic-oruu" in wrong.err) == (2, True)
    done = watch("--feed", "generic-oru")
    assert (done.code, done.out.splitlines()[1:]) == (0, ["1 done"])
    told = ran("charge-capture", "feeds", "list", "--data", data).out
    (line,) = [line for line in told.splitlines() if line.startswith("generic-oru ")]
    assert line.split("ago")[1].split()[:2] == ["1", "1"]
