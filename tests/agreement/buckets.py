"""The archive of a vector as the buckets that it was copied from, and the clients through which the AWS CLI sees them."""

import csv
import io
import json
import re
import stat
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice, takewhile

import awscli  # noqa: F401  (puts the botocore that it brings along on the path)
from botocore.exceptions import ClientError

DIGEST_NAME = re.compile(
    r"(?P<account>\d{12})_CloudTrail-Digest_(?P<region>[a-z]+(?:-[a-z]+)+-\d+)_(?P<trail>[A-Za-z0-9._-]{1,128})"
    r"_(?P<home>[a-z]+(?:-[a-z]+)+-\d+)_(?P<time>\d{8}T\d{6}Z)(?P<backfill>_backfill)?\.json(?:\.gz)?"
)
PLACE = re.compile(r"(?:(?P<prefix>.+)/)?AWSLogs/(?:(?P<organisation>o-[a-z0-9]+)/)?\d{12}/CloudTrail-Digest/")
LISTING = re.compile(r"object-metadata[^/]*\.(json|jsonl|csv)")
SIDECAR = ".head.json"
CIRCLES = 10


class Unreadable(Exception):
    """What cannot be unpacked into a tree of files cannot be shown to the AWS CLI."""


def unpack(archives):
    """The files of several zip archives by their paths, as unpacking one after the other leaves them: the last one wins."""
    files = {}
    for archive in archives:
        files.update(unpack_one(archive.read_bytes(), depth=0))
    return files


def unpack_one(content, depth):
    files = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                path = entry.filename.replace("\\", "/")
                if path.endswith("/"):
                    continue
                kind = stat.S_IFMT(entry.external_attr >> 16)
                if kind not in (0, stat.S_IFREG):
                    raise Unreadable("an entry is no regular file")
                if path.startswith("/") or ".." in path.split("/"):
                    raise Unreadable("an entry's path leaves the archive")
                if entry.flag_bits & 1:
                    raise Unreadable("an entry is protected by a password")
                path = "/".join(part for part in path.split("/") if part not in ("", "."))
                inflated = archive.read(entry)
                if path.endswith(".zip") and depth == 0:
                    files.update(unpack_one(inflated, depth + 1))
                else:
                    files[path] = inflated
    except (zipfile.BadZipFile, zlib.error) as error:
        raise Unreadable("the zip is damaged") from error
    return files


class Endless(BaseException):
    """The command goes in a circle. No Exception, because the command catches those and goes on."""


@dataclass(frozen=True)
class Place:
    """Where a trail delivers, as describe-trails and describe-organization would say."""

    bucket: str
    prefix: str | None
    organisation: str | None


@dataclass(frozen=True)
class Chain:
    account: str
    region: str
    trail: str
    home: str

    @property
    def trail_arn(self):
        return f"arn:aws:cloudtrail:{self.home}:{self.account}:trail/{self.trail}"


@dataclass(frozen=True)
class Digest:
    chain: Chain
    time: str
    is_backfill: bool
    bucket: str
    key: str
    content: dict = field(hash=False)

    @property
    def place(self):
        place = PLACE.match(self.key)
        return Place(self.bucket, place and place["prefix"], place and place["organisation"])


class Buckets:
    """Objects by bucket and key.

    A folder at the top that bears the name of a bucket of which some digest file speaks is that bucket. All else lies in buckets
    that the paths do not name, and is found in each; the paths are the keys.
    """

    def __init__(self, files):
        contents = {path: read_digest(content) for path, content in files.items() if DIGEST_NAME.fullmatch(file_name(path))}
        named = [text(content, "digestS3Bucket") for content in contents.values()]
        self.named = sorted({name for name in named if name})
        self.unnamed = max(self.named, key=lambda name: (named.count(name), name), default="bucket")
        self.trees = {None: {}}
        self.digests = []
        for path in sorted(files):
            top, _, rest = path.partition("/")
            bucket, key = (top, rest) if rest and top in self.named else (None, path)
            self.trees.setdefault(bucket, {})[key] = files[path]
            name = DIGEST_NAME.fullmatch(file_name(path))
            if name:
                content = contents[path]
                told = bucket or text(content, "digestS3Bucket") or self.unnamed
                chain = Chain(name["account"], name["region"], name["trail"], name["home"])
                self.digests.append(Digest(chain, name["time"], bool(name["backfill"]), told, key, content))
        self.original_keys = {digest.key for digest in self.digests if text(digest.content, "digestS3Object") == digest.key}
        self.metadata = read_metadata(files)

    def objects(self, bucket):
        return self.trees.get(bucket, self.trees[None])

    def has_predecessor(self, digest):
        """True if it names none, or one that lies where it says."""
        named = text(digest.content, "previousDigestS3Object")
        return named is None or named in self.objects(text(digest.content, "previousDigestS3Bucket"))

    def listing(self, bucket):
        """The keys as S3 orders them, by their UTF-8 bytes."""
        return sorted(map(str.encode, self.objects(bucket)))

    def metadata_of(self, bucket, key):
        """What was handed over of an object's metadata, and the signature that a successor quotes if that is all there is."""
        found = {}
        for path, metadata in self.metadata:
            if path in (key, f"{bucket}/{key}", f"s3://{bucket}/{key}") or f"/{key}".endswith(path):
                found = {**metadata, **found}
        quoted = None if "signature" in found else self.quoted(bucket, key)
        return {**found, "signature": quoted, "signature-algorithm": "SHA256withRSA"} if quoted else found

    def quoted(self, bucket, key):
        """The signature that a successor quotes: one that names the object, else, for an object that was moved, its file name."""
        of_the_name = None
        for successor in self.digests:
            quoted = text(successor.content, "previousDigestSignature")
            named = text(successor.content, "previousDigestS3Object")
            if not quoted or not named:
                continue
            if (text(successor.content, "previousDigestS3Bucket"), named) == (bucket, key):
                return quoted
            if file_name(named) == file_name(key) and key not in self.original_keys:
                of_the_name = of_the_name or quoted
        return of_the_name


def file_name(path):
    return path.rsplit("/", 1)[-1]


def text(content, name):
    value = content.get(name)
    return value if isinstance(value, str) else None


def read_digest(content):
    """The fields of a digest file, or none; judging it is not the matter here."""
    try:
        if content[:2] == b"\x1f\x8b":
            content = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content)
        digest = json.loads(content)
    except (ValueError, zlib.error, RecursionError):
        return {}
    return digest if isinstance(digest, dict) else {}


def read_json(content):
    def unique(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a doubled key")
        return dict(pairs)

    return json.loads(decode(content), object_pairs_hook=unique)


def decode(content):
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def read_metadata(files):
    """Pairs of a path and metadata, from sidecars and listings; what cannot be read is left out."""
    found = []
    for path in sorted(files):
        try:
            if path.endswith(SIDECAR):
                found.append(usable(path[: -len(SIDECAR)], read_json(files[path])))
            elif LISTING.fullmatch(file_name(path)):
                found.extend(usable(*row) for row in read_listing(path, files[path]))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return [pair for pair in found if pair[1]]


def read_listing(path, content):
    if path.endswith(".csv"):
        for row in csv.DictReader(io.StringIO(decode(content), newline="")):
            # No column for the algorithm, of which there is one.
            yield row["key"], {"Metadata": {"signature": row["signature"], "signature-algorithm": "SHA256withRSA"}}
    elif path.endswith(".jsonl"):
        for line in decode(content).splitlines():
            if line.strip():
                row = read_json(line.encode())
                yield row.get("key") or row["Key"], row
    else:
        # rclone's paths begin at the folder that was listed.
        for row in read_json(content):
            yield "/" + row["Path"], row


def usable(path, row):
    metadata = row.get("Metadata") or row.get("metadata") or {}
    return path, {name.lower(): value for name, value in metadata.items() if isinstance(value, str)}


class S3:
    """What the command asks of S3."""

    def __init__(self, buckets):
        self.buckets = buckets
        self.readings = Counter()

    def get_bucket_location(self, Bucket):
        return {"LocationConstraint": None}

    def get_object(self, Bucket, Key):
        objects = self.buckets.objects(Bucket)
        # A log file is read as often as it is listed, but one way through a chain meets a digest file once.
        self.readings[Bucket, Key] += 1
        if self.readings[Bucket, Key] > CIRCLES and DIGEST_NAME.fullmatch(file_name(Key)):
            raise Endless
        if Key not in objects:
            error = {"Code": "NoSuchKey", "Message": "The specified key does not exist."}
            raise ClientError({"Error": error}, "GetObject")
        return {"Body": io.BytesIO(objects[Key]), "Metadata": self.buckets.metadata_of(Bucket, Key)}

    def get_paginator(self, operation):
        if operation != "list_objects":
            raise NotImplementedError(operation)
        return self

    def paginate(self, Bucket, Marker, Prefix):
        # S3 lists what begins with the prefix, beginning behind the marker.
        keys, prefix = self.buckets.listing(Bucket), Prefix.encode()
        first = max(bisect_left(keys, prefix), bisect_right(keys, Marker.encode()))
        return Pages(takewhile(lambda key: key.startswith(prefix), islice(keys, first, None)))


class Pages:
    def __init__(self, keys):
        self.keys = keys

    def search(self, expression):
        if expression != "Contents[*].Key":
            raise NotImplementedError(expression)
        return map(bytes.decode, self.keys)


class CloudTrail:
    """What the command asks of CloudTrail. The service's answer is the verifier's list, whatever the time asked."""

    def __init__(self, keys, trail_arn, place):
        self.keys = keys
        self.trail_arn = trail_arn
        self.place = place

    def list_public_keys(self, StartTime, EndTime):
        return {"PublicKeyList": self.keys}

    def describe_trails(self):
        trail = {
            "TrailARN": self.trail_arn,
            "S3BucketName": self.place.bucket,
            "IsOrganizationTrail": self.place.organisation is not None,
        }
        if self.place.prefix:
            trail["S3KeyPrefix"] = self.place.prefix
        return {"trailList": [trail]}


class Organizations:
    def __init__(self, place):
        self.place = place

    def describe_organization(self):
        return {"Organization": {"Id": self.place.organisation}}


class Session:
    """Stands in for botocore's session, of which the command wants clients only."""

    def __init__(self, **clients):
        self.clients = clients

    def create_client(self, service, **_):
        return self.clients[service]
