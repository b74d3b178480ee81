"""How long `aws cloudtrail validate-logs` takes for the archive in a folder, all accounts and regions one after the other.

Arguments: the tree, the folder of key lists, the first and the last time that is asked. For each line on stdin it runs once and
answers with a line of JSON. All files are in memory before, and the clients do next to nothing, so what is measured is the command.
"""

import gc
import json
import sys
import time
from pathlib import Path

from agreement import Question, run
from buckets import DIGEST_NAME, PLACE, Chain, Place, file_name, read_digest


class Tree:
    """A folder as the one bucket of which its digest files speak; each digest file has the signature that its successor quotes."""

    def __init__(self, folder):
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        self.keys = sorted(map(str.encode, self.files))
        self.chains = {}
        self.metadata = {}
        for key, content in self.files.items():
            name = DIGEST_NAME.fullmatch(file_name(key))
            if name:
                digest = read_digest(content)
                place = PLACE.match(key)
                chain = Chain(name["account"], name["region"], name["trail"], name["home"])
                self.chains[chain] = Place(digest["digestS3Bucket"], place["prefix"], place["organisation"])
                self.sign(digest["previousDigestS3Object"], digest["previousDigestSignature"])
            elif key.endswith(".head.json"):
                self.sign(key.removesuffix(".head.json"), json.loads(content)["Metadata"]["signature"])

    def sign(self, key, signature):
        self.metadata[key] = {"signature": signature, "signature-algorithm": "SHA256withRSA"}

    def objects(self, bucket):
        return self.files

    def listing(self, bucket):
        return self.keys

    def metadata_of(self, bucket, key):
        return self.metadata.get(key, {})


def main():
    tree, keys, start, end = sys.argv[1:]
    tree = Tree(Path(tree))
    keys = {path.stem: json.loads(path.read_text())["PublicKeyList"] for path in Path(keys).iterdir()}
    # What the garbage collector would look at again and again for nothing.
    gc.freeze()
    for _ in sys.stdin:
        begin = time.perf_counter()
        runs = [run(Question(chain, chain.trail_arn, place, start, end), keys, tree) for chain, place in tree.chains.items()]
        answer = {
            "seconds": time.perf_counter() - begin,
            "digests": sum(run.valid_digests for run in runs),
            "logs": sum(run.valid_logs for run in runs),
            "is_valid": all(run.result == "valid" for run in runs),
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
