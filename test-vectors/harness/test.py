"""The harness itself: that it agrees with the truth, and with nothing else. No arguments."""

import hashlib
import json
import subprocess
import sys
import tempfile
import unittest
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).parent
INDEX = json.loads((HERE.parent / "index.json").read_text())["vectors"]
ONLY = "links/[cf]*"
EXPECTED = {vector["id"]: vector["expected"] for vector in INDEX if fnmatchcase(vector["id"], ONLY)}
ID = "links/fork"
SOME = {"overall": "passed"}


def told(answers, more="", code=0):
    """A program that reads its questions, says this, whatever it is asked, and ends."""
    lines = "".join(json.dumps({"id": id, **answer}) + "\n" for id, answer in answers.items()) + more
    return f"import sys\nsys.stdin.read()\nsys.stdout.write({lines!r})\nsys.stdout.flush()\nsys.exit({code})"


class Harness(unittest.TestCase):
    def run_over(self, program, *options):
        """The exit code, and what is printed."""
        command = [sys.executable, HERE / "run", "--only", ONLY, *options, "--", sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def holds(self, code, words, program, *options):
        found, said = self.run_over(program, *options)
        self.assertEqual(found, code, said)
        self.assertIn(words, said)

    def known(self, table):
        path = Path(self.folder.name) / "known.json"
        path.write_text(table if isinstance(table, str) else json.dumps(table))
        return "--known", str(path)

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_the_truth_agrees(self):
        self.holds(0, f"{len(EXPECTED)} with an answer, 0 without", told(EXPECTED), "--needed", "all")

    def test_a_liar_does_not_agree_in_any_measure(self):
        wrong = {"passed": "failed", "failed": "passed", "indeterminate": "passed", "not_assessed": "passed"}
        for name, value in EXPECTED[ID].items():
            if name == "codes":
                lies = [[], value[1:], [*value, "log.missing"], [code + "x" for code in value]]
            else:
                lies = [wrong[value]] if value in wrong else ["0" * 64]
            for lie in lies:
                self.holds(1, f"{ID}: {name}", told({**EXPECTED, ID: {**EXPECTED[ID], name: lie}}))

    def test_what_only_some_programs_know_is_compared_where_it_is_known(self):
        against = Path(self.folder.name) / "answers"
        for name in ("evidence_root", "report_digest"):
            against.write_text(json.dumps({"id": ID, name: "a" * 64}) + "\n")
            self.holds(0, "1 with an answer", told({ID: {name: "a" * 64}}), "--against", against)
            self.holds(1, f"{ID}: {name}", told({ID: {name: "b" * 64}}), "--against", against)

    def test_of_two_reports_the_first_difference_is_shown(self):
        def answer(report):
            text = json.dumps(report, separators=(",", ":"))
            return {ID: {"report_digest": hashlib.sha256(text.encode()).hexdigest(), "report": text}}

        against, right = Path(self.folder.name) / "answers", {"a": [{"b": 1}, {"b": 2}], "c": "x"}
        against.write_text(json.dumps({"id": ID, **answer(right)[ID]}) + "\n")
        self.holds(0, "", told(answer(right)), "--against", against)
        for wrong, words in [
            ({"a": [{"b": 1}, {"b": 3}], "c": "y"}, "first at report.a[1].b: expected 2, found 3"),
            ({"a": [{"b": 1}], "c": "x"}, 'first at report.a[1]: expected {"b": 2}, found "nothing"'),
            ({"a": right["a"], "c": "x", "d": None}, 'first at report.d: expected "nothing", found null'),
        ]:
            self.holds(1, words, told(answer(wrong)), "--against", against)
        self.holds(2, "report is no text", told({ID: {**answer(right)[ID], "report": "{}"}}))
        self.holds(2, "report is no text", told({ID: {"overall": "passed", "report": "{}"}}))

    def test_silence_is_no_agreement(self):
        self.holds(2, "nothing is answered", told({}))
        self.holds(2, "nothing is answered", told({id: {"error": "too hard"} for id in EXPECTED}))
        self.holds(2, "neither an answer nor an error", told({ID: {}}))
        self.holds(2, "neither an answer nor an error", told({ID: {"overal": "passed"}}))
        one = {ID: EXPECTED[ID]}
        self.holds(0, f"1 with an answer, {len(EXPECTED) - 1} without", told(one))
        self.holds(1, "no answer to overall", told(one), "--needed", "overall")
        partly = {**EXPECTED, ID: {"overall": EXPECTED[ID]["overall"]}}
        self.holds(0, "", told(partly), "--needed", "overall")
        self.holds(1, f"{ID}: no answer to integrity", told(partly), "--needed", "overall,integrity")

    def test_a_crash_is_no_agreement_whatever_was_said_before(self):
        self.holds(2, "exit code 7", told(EXPECTED, code=7))
        self.holds(2, "exit code", f"import os\n{told(EXPECTED)[:-11]}\nos.abort()")
        self.holds(2, "exit code 1", "raise SystemExit(1)")
        endless = told(EXPECTED).replace("sys.exit(0)", "import time; time.sleep(60)")
        self.holds(2, "did not end within 2 seconds", endless, "--seconds", "2")

    def test_a_program_that_cannot_be_run_is_said(self):
        command = [sys.executable, HERE / "run", "--only", ID, "--", "/does/not/exist"]
        self.assertEqual(subprocess.run(command, capture_output=True, check=False).returncode, 2)

    def test_what_is_no_answer_is_said(self):
        for more, words in [
            ("PASSED\n", "no JSON"),
            ("[" * 100_000 + "\n", "no JSON"),
            ('{"id": "links/fork", "overall": "failed", "overall": "passed"}\n', "no JSON"),
            ('{"id": [], "overall": "passed"}\n', "answers no vector"),
            ("[]\n", "answers no vector"),
            ('{"id": "links/none", "overall": "passed"}\n', "answers no vector"),
            ('{"id": "baseline/account-trail", "overall": "passed"}\n', "answers no vector"),
            (json.dumps({"id": ID, **SOME}) + "\n", "answered twice"),
        ]:
            self.holds(2, words, told(EXPECTED, more))
        for name, value in [("overall", "PASSED"), ("codes", "log.missing"), ("evidence_root", "A" * 64), ("report_digest", 1)]:
            self.holds(2, f"is no {name}", told({**EXPECTED, ID: {name: value}}))

    def test_a_program_may_be_called_for_each_vector(self):
        each = "import json, sys\njob, = map(json.loads, sys.stdin)\n" + f"expected = {EXPECTED!r}\n"
        each += "print(json.dumps({'id': job['id'], **expected[job['id']]}))\n"
        self.holds(0, f"{len(EXPECTED)} with an answer", each, "--each", "--needed", "all")
        self.holds(2, "exit code 3", each + f"sys.exit(3 * (job['id'] == {ID!r}))", "--each")

    def test_a_program_is_told_what_a_verifier_may_know(self):
        spy = "import json, os, sys\nfor line in sys.stdin:\n job = json.loads(line)\n"
        spy += " assert set(job) == {'id', 'archives', 'keys', 'pins', 'scope', 'limits'}, job\n"
        spy += " assert all(os.path.isabs(path) and os.path.exists(path) for path in job['archives'] + job['keys'])\n"
        spy += " print(json.dumps({'id': job['id'], 'overall': 'failed'}))\n"
        self.holds(1, f"{len(EXPECTED)} with an answer", spy)

    def test_codes_may_be_compared_in_part(self):
        others = {id: {"codes": [code for code in answer["codes"] if code.startswith("chain.")]} for id, answer in EXPECTED.items()}
        self.holds(1, "lacks", told(others))
        self.holds(0, "codes agree", told(others), "--codes", "chain.")
        self.holds(1, "lacks", told({**others, ID: {"codes": []}}), "--codes", "chain.,key.")

    def test_what_is_known_is_so_and_nothing_else_is(self):
        lie = {**EXPECTED, ID: {"overall": "passed"}}
        self.holds(0, "", told(lie), *self.known({ID: {"overall": "passed", "reason": "a lie"}}))
        self.holds(1, "not what is said", told(lie), *self.known({ID: {"overall": "indeterminate", "reason": "a lie"}}))
        self.holds(1, "as known, and agrees", told(EXPECTED), *self.known({ID: {"overall": "failed", "reason": "a lie"}}))
        lies = {**lie, ID: {**SOME, "integrity": "failed"}}
        self.holds(1, f"{ID}: integrity", told(lies), *self.known({ID: {"overall": "passed", "reason": "a lie"}}))
        self.holds(1, "links/cycle: overall", told({**lie, "links/cycle": SOME}), *self.known({ID: {"overall": "passed"}}))
        left = {**EXPECTED, ID: {"error": "too hard"}}
        self.holds(0, "", told(left), "--needed", "all", *self.known({ID: "too hard"}))
        self.holds(1, "not what is said", told(left), "--needed", "all", *self.known({ID: "too long"}))
        self.holds(1, "as known, and agrees", told(EXPECTED), "--needed", "all", *self.known({ID: "too hard"}))
        path = self.known({"member": {ID: "too hard"}})[1]
        self.holds(0, "", told(left), "--needed", "all", "--known", f"{path}#member")
        self.holds(2, "there is no vector links/none", told(EXPECTED), *self.known({"links/none": "too hard"}))
        self.holds(2, "stated twice", told(EXPECTED), *self.known('{"a": "b", "a": "c"}'))

    def test_other_vectors_need_no_expected_answer(self):
        index, kept = Path(self.folder.name) / "index.json", Path(self.folder.name) / "kept"
        vector = {"id": "links/crossed", "archives": ["a.zip", "/b.zip"], "keys": [], "pins": None, "scope": {}}
        index.write_text(json.dumps({"vectors": [vector]}))
        spy = "import json, sys\njob = json.loads(sys.stdin.read())\n"
        spy += f"assert job['archives'] == [{str(index.resolve().parent / 'a.zip')!r}, '/b.zip'], job\n"
        spy += "print(json.dumps({'id': job['id'], 'overall': 'failed'}))\n"
        self.holds(0, "1 with an answer", spy, "--only", "*", "--index", index, "--answers", kept)
        self.holds(0, "1 with an answer", spy, "--only", "*", "--index", index, "--against", kept)
        self.holds(1, "found passed", spy.replace("failed", "passed"), "--only", "*", "--index", index, "--against", kept)

    def test_answers_are_kept(self):
        kept = Path(self.folder.name) / "kept"
        self.holds(0, "", told({ID: {**EXPECTED[ID], "said": "more"}}), "--answers", kept)
        self.assertEqual(json.loads(kept.read_text()), {"id": ID, **EXPECTED[ID], "said": "more"})


if __name__ == "__main__":
    unittest.main()
