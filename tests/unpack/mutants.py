"""Archives altered in their structure, not in their bytes: what is changed is put right elsewhere, so that a change goes deep."""
import gzip, random, struct, zlib

FIELDS = {"mode": (100, 108), "uid": (108, 116), "gid": (116, 124), "size": (124, 136), "mtime": (136, 148), "major": (329, 337),
          "minor": (337, 345)}
FORGED = b'{"forged": true}'


# --- tar ---------------------------------------------------------------------------------------------------------------------------

def blocks(data):
    """Header and content of each member, as they stand; then the rest."""
    members, at = [], 0
    while at + 512 <= len(data) and any(data[at:at + 512]):
        header = bytearray(data[at:at + 512])
        field = bytes(header[124:136])
        size = int.from_bytes(field[1:], "big") if field[0] & 0x80 else int(field.split(b"\0")[0].strip() or b"0", 8)
        if header[156:157] in b"12":
            size = 0
        at += 512
        members.append([header, data[at:at + size]])
        at += -(-size // 512) * 512
    return members, data[at:]


def summed(header, signed=False):
    header[148:156] = b" " * 8
    total = sum(byte - 256 if signed and byte > 127 else byte for byte in header)
    header[148:156] = b"%06o\0 " % max(total, 0)
    return header


def block(name, kind=b"0", size=0, target=b"", magic=b"ustar\x0000", prefix=b""):
    header = bytearray(512)
    header[0:len(name[:100])] = name[:100]
    for field, value in [("mode", b"0000644\0"), ("uid", b"0000000\0"), ("gid", b"0000000\0"), ("size", b"%011o\0" % size),
                         ("mtime", b"15150000000\0")]:
        header[FIELDS[field][0]:FIELDS[field][1]] = value
    header[156:157] = kind
    header[157:157 + len(target[:100])] = target[:100]
    header[257:265] = magic
    header[345:345 + len(prefix[:155])] = prefix[:155]
    return summed(header)


def padded(data):
    return data + bytes(-len(data) % 512)


def joined(members, rest):
    return b"".join(bytes(header) + padded(content) for header, content in members) + rest


def record(key, value):
    length = len(key) + len(value) + 3
    while len(b"%d" % length) + len(key) + len(value) + 3 != length:
        length = len(b"%d" % length) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (length, key, value)


def name_of(tree, chance):
    """A name that an attacker would like: of evidence, near one, or of something that is none."""
    path = chance.choice(sorted(tree)).encode()
    log = chance.choice([path for path in sorted(tree) if "_CloudTrail" in path]).encode()
    folder = log.rsplit(b"/", 1)[0]
    return chance.choice([
        path, log, log, log, path[:100], b"./" + log, b"AWSLogs/../" + log, folder, folder + b"/", log + b"/", log + b"/README.txt",
        log.replace(b"/", b"//", 1), log.replace(b"/", b"\\"), log + b"\0x", b"README.txt", b"latest", b"latest/" + log.rsplit(b"/", 1)[1],
        b"__MACOSX", b"__MACOSX/" + log.rsplit(b"/", 1)[1], b"captures", b"public-keys", b"public-keys/x.json", b"AWSLogs", b".", b"", b"/" + log,
        log.swapcase(), log + b".", log + b" ", b"x.json", b"notes/x.json", b"object-metadata.json", log + b".head.json",
    ])


def number(width, chance):
    value = chance.choice([0, 1, 2, 511, 512, 513, 1024, 1536, 4096, 10240, 2**33, 2**40, 2**63, chance.randrange(5000)])
    return chance.choice([
        lambda: b"%0*o\0" % (width - 1, value % 8**(width - 1)), lambda: b"%*o " % (width - 1, value % 8**(width - 1)),
        lambda: b"%0*o" % (width, value % 8**width), lambda: b"\x80" + value.to_bytes(width - 1, "big"),
        lambda: b"\xff" + (2**(8 * width - 8) - 1 - value % 2**40).to_bytes(width - 1, "big"), lambda: b" " * width, lambda: bytes(width),
        lambda: b"-%0*o\0" % (width - 2, value % 8**(width - 2)), lambda: (b"%d" % value).ljust(width, b"\0")[:width],
        lambda: (b"0x%x" % value).ljust(width, b"\0")[:width], lambda: b"%o" % (value % 8**3) + b"\0" + b"7" * (width - 5) + b"\0",
        lambda: (b"  %o 7" % (value % 8**3)).ljust(width, b"\0")[:width], lambda: b"+%0*o\0" % (width - 2, value % 8**(width - 2)),
        lambda: (b"1_%o" % (value % 8**3)).ljust(width, b"\0")[:width], lambda: b"zzz".ljust(width, b"\0"),
    ])()[:width].ljust(width, b"\0")


def forged(tree, chance, path=None):
    """A member that nobody should see."""
    path = path or name_of(tree, chance)
    data = gzip.compress(FORGED, mtime=0) if path.endswith(b".gz") else FORGED
    return [block(path, size=len(data)), data]


def fields(tree, chance):
    keys = [b"path", b"path", b"size", b"linkpath", b"comment", b"mtime", b"GNU.sparse.major", b"GNU.sparse.name", b"GNU.sparse.realsize",
            b"GNU.sparse.map", b"GNU.sparse.size", b"SCHILY.realsize", b"hdrcharset", b"uid", b"uname", b"SCHILY.xattr.user.a", b"LIBARCHIVE.creationtime",
            b"GNU.volume.filename", b"ctime", b"charset", b"SCHILY.fflags", b"SCHILY.filetype", b"VENDOR.path"]
    found = b""
    for _ in range(chance.randrange(1, 4)):
        key = chance.choice(keys)
        value = name_of(tree, chance) if key in (b"path", b"linkpath", b"comment", b"GNU.sparse.name") else chance.choice([
            b"0", b"1", b"512", b"1024", b"99999", b"-1", b"", b"BINARY", b"x", b" 5", b"05", b"1.5", b"1\n2", b"0,5,10,3",
            b"a\n" + record(b"path", name_of(tree, chance))])
        one = record(key, value)
        found += chance.choice([one] * 12 + [one[:-1] + b"x", b"0" + one, one.replace(b" ", b"  ", 1), one.replace(b"=", b"", 1), one + b"\0", b"\n" + one])
    return found


def alter_tar(data, tree, chance):
    members, rest = blocks(data)
    steps = []
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        at = chance.randrange(len(members))
        header, content = members[at]
        header = members[at][0] = bytearray(header)
        sign = False
        what = chance.choice(["size", "size", "kind", "kind", "name", "name", "target", "link", "link", "link", "pax", "pax", "pax", "gnu", "gnu", "twice",
                              "order", "zero", "join", "behind", "cut", "magic", "prefix", "number", "byte", "hide", "hide", "hide", "signed", "folder",
                              "sparse", "label", "global", "header twice", "tail"])
        if what == "size":
            header[124:136] = number(12, chance)
        elif what == "kind":
            header[156:157] = chance.choice([bytes([byte]) for byte in b"\x0001234567gxXLKSVMDNAIE89Zz "])
            if chance.random() < 0.5:
                members[at][1] = b""
                header[124:136] = b"%011o\0" % 0
        elif what == "name":
            name = name_of(tree, chance)[:100]
            header[0:100] = name.ljust(100, b"\0")
            if chance.random() < 0.3:
                header[345:500] = bytes(155)
        elif what == "target":
            header[157:257] = name_of(tree, chance)[:100].ljust(100, b"\0")
        elif what == "link":
            members.insert(at, [block(name_of(tree, chance), chance.choice([b"1", b"2"]), chance.choice([0, 0, 0, 512]), name_of(tree, chance)), b""])
            if chance.random() < 0.6:
                path = bytes(members[at][0][:100]).split(b"\0")[0]
                path = chance.choice([path, path + b"/" + name_of(tree, chance).rsplit(b"/", 1)[-1]])
                members.insert(chance.choice([at, at + 1, at + 1]), forged(tree, chance, path[:100]))
        elif what in ("pax", "global"):
            body = fields(tree, chance)
            members.insert(at, [block(b"PaxHeader/x", b"x" if what == "pax" else b"g", len(body)), body])
        elif what == "gnu":
            body = name_of(tree, chance) + chance.choice([b"\0", b"\0", b"", b"\0\0", b"\0x", b"/\0"])
            members.insert(at, [block(b"././@LongLink", chance.choice([b"L", b"L", b"K"]), len(body), magic=b"ustar  \0"), body])
        elif what == "twice":
            members.insert(chance.randrange(len(members)), forged(tree, chance, bytes(header[:100]).split(b"\0")[0]))
        elif what == "order":
            members.insert(chance.randrange(len(members)), members.pop(at))
        elif what == "zero":
            members.insert(at, [bytearray(512), bytes(chance.choice([0, 512]))])
            steps.append(what)
            continue
        elif what == "join":
            rest = rest[:chance.choice([0, 512, 1024, len(rest)])] + joined([forged(tree, chance)], bytes(1024))
        elif what == "behind":
            rest += chance.choice([b"x", bytes(100), bytes(10240), b"PK\x03\x04", b"\x1f\x8b\x08"])
        elif what == "cut":
            rest = rest[:chance.choice([0, 1, 511, 512, 513, 1023])]
        elif what == "magic":
            header[257:265] = chance.choice([b"ustar\x0000", b"ustar  \0", bytes(8), b"ustar\0\0\0", b"ustar   ", b"ustar 00", b"USTAR\x0000", b"ustar\x00 0", b"GNUtar \0"])
        elif what == "prefix":
            header[345:500] = chance.choice([name_of(tree, chance)[:155], b"14000000000\0" + b"14000000000\0", b"a/", b"/", b".", b"x\0y"]).ljust(155, b"\0")[:155]
            if chance.random() < 0.2:
                header[500:512] = b"\0" * 8 + b"tar\0"
        elif what == "number":
            start, end = chance.choice(list(FIELDS.values()))
            header[start:end] = number(end - start, chance)
        elif what == "byte":
            header[chance.randrange(512)] = chance.choice([0, 32, 47, 48, 92, 128, 255, chance.randrange(256)])
        elif what == "hide":
            body = joined([forged(tree, chance)], b"")
            kind, size = chance.choice([(b"0", len(body)), (b"5", len(body)), (b"2", len(body)), (b"1", len(body)), (b"3", len(body)), (b"V", len(body)),
                                        (b"D", len(body)), (b"M", len(body)), (b"Z", len(body)), (b"0", 0), (b"0", 512)])
            if size != len(body):
                # Another size, of which only some programs take notice.
                fields_ = record(b"size", b"%d" % len(body))
                members.insert(at, [block(b"PaxHeader/x", b"x", len(fields_)), fields_])
                at += 1
            members.insert(at, [block(chance.choice([b"notes.bin", b"notes", b"notes/", name_of(tree, chance)]), kind, size, b"README.txt"), body])
        elif what == "signed":
            header[265:270] = b"\xc3\xa4\xc3\xb6\0"
            sign = True
        elif what == "folder":
            members.insert(at, [block(name_of(tree, chance), b"5"), b""])
        elif what == "sparse":
            header[156:157] = b"S"
            header[257:265] = b"ustar  \0"
            header[345:512] = bytes(167)
            holes = chance.choice([[(0, len(content))], [(512, len(content))], [(0, len(content) // 2), (512, len(content) - len(content) // 2)], [(512, 10), (0, 10)],
                                   [(0, len(content)), (10240, 0)]])
            for number_, (offset, size) in enumerate(holes):
                header[386 + 24 * number_:410 + 24 * number_] = b"%011o\0%011o\0" % (offset, size)
            header[483:495] = b"%011o\0" % chance.choice([len(content), 512 + len(content), 10240])
        elif what == "label":
            members.insert(chance.choice([0, at]), [block(name_of(tree, chance), b"V", chance.choice([0, 0, 512])), b""])
        elif what == "header twice":
            extra = [index for index, member in enumerate(members) if bytes(member[0][156:157]) in (b"L", b"K", b"x")]
            if extra:
                index = chance.choice(extra)
                members.insert(index + chance.randrange(2), [bytearray(members[index][0]), members[index][1]])
        elif what == "tail":
            index = chance.randrange(len(members))
            size = chance.choice([0, 100, 155, 256])
            members[index][0][0:100] = (b"a" * 100)[:100] if size else members[index][0][0:100]
        steps.append(what)
        for member in members:
            if any(member[0]):
                summed(member[0], sign and member[0] is header)
    return steps, joined(members, rest)


def packed(data, chance):
    """A tar archive in gzip."""
    cut = chance.randrange(len(data) // 512) * 512
    level = 1
    return chance.choice([
        ("gzip", gzip.compress(data, level)), ("two members", gzip.compress(data[:cut], level) + gzip.compress(data[cut:], level)),
        ("junk behind", gzip.compress(data, level) + b"junk"), ("zeros behind", gzip.compress(data, level) + bytes(512)),
        ("an empty member in front", gzip.compress(b"") + gzip.compress(data, level)),
        ("a second archive behind", gzip.compress(data, level) + gzip.compress(data[:512], level)),
        ("wrong length", gzip.compress(data, level)[:-1] + b"\x01"), ("no trailer", gzip.compress(data, level)[:-8]),
        ("half a trailer", gzip.compress(data, level)[:-4]),
    ])


# --- zip ---------------------------------------------------------------------------------------------------------------------------

class Member:
    """A member in pieces: local header, data, what follows it, and its record of the directory."""

    def __init__(self, local, data, behind, central):
        self.local, self.data, self.behind, self.central = local, data, behind, central

    def copy(self):
        return Member(dict(self.local), self.data, self.behind, dict(self.central))


LOCAL = ["version", "flags", "method", "time", "date", "crc", "stored", "size"]
CENTRAL = ["made", "version", "flags", "method", "time", "date", "crc", "stored", "size"]


def parsed(data):
    end = data.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack("<HLL", data[end + 10:end + 20])
    if count == 65535 or offset == 2**32 - 1:
        raise ValueError
    at, records = offset, []
    for _ in range(count):
        found = dict(zip(CENTRAL, struct.unpack("<HHHHHHLLL", data[at + 4:at + 28])))
        name, extra, comment = struct.unpack("<HHH", data[at + 28:at + 34])
        found["disk"], found["internal"], found["external"], found["offset"] = struct.unpack("<HHLL", data[at + 34:at + 46])
        found["name"] = data[at + 46:at + 46 + name]
        found["extra"] = data[at + 46 + name:at + 46 + name + extra]
        found["comment"] = data[at + 46 + name + extra:at + 46 + name + extra + comment]
        at += 46 + name + extra + comment
        records.append(found)
    starts = sorted(found["offset"] for found in records) + [offset]
    members = []
    for found in sorted(records, key=lambda found: found["offset"]):
        at = found["offset"]
        local = dict(zip(LOCAL, struct.unpack("<HHHHHLLL", data[at + 4:at + 26])))
        name, extra = struct.unpack("<HH", data[at + 26:at + 30])
        local["name"], local["extra"] = data[at + 30:at + 30 + name], data[at + 30 + name:at + 30 + name + extra]
        at += 30 + name + extra
        stored = found["stored"]
        if stored == 2**32 - 1:
            raise ValueError
        members.append(Member(local, data[at:at + stored], data[at + stored:starts[starts.index(found["offset"]) + 1]], found))
    return members, data[end + 22:]


def local_header(found):
    return b"PK\x03\x04" + struct.pack("<HHHHHLLL", *(found[key] for key in LOCAL)) + struct.pack("<HH", len(found["name"]), len(found["extra"])) + \
        found["name"] + found["extra"]


def central_record(found, offset):
    return b"PK\x01\x02" + struct.pack("<HHHHHHLLL", *(found[key] for key in CENTRAL)) + \
        struct.pack("<HHH", len(found["name"]), len(found["extra"]), len(found["comment"])) + \
        struct.pack("<HHLL", found["disk"], found["internal"], found["external"], offset if found["offset"] != 2**32 - 1 else found["offset"]) + \
        found["name"] + found["extra"] + found["comment"]


def entry(path, data, deflate=True):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    stored = packer.compress(data) + packer.flush() if deflate else data
    shared = {"version": 20, "flags": 0, "method": 8 if deflate else 0, "time": 0, "date": (46 << 9) | (3 << 5) | 2, "crc": zlib.crc32(data),
              "stored": len(stored), "size": len(data), "name": path, "extra": b""}
    central = shared | {"made": 3 << 8 | 20, "disk": 0, "internal": 0, "external": 0o100644 << 16, "offset": 0, "comment": b""}
    return Member(dict(shared), stored, b"", central)


def forged_entry(tree, chance, path=None):
    path = path if path is not None else name_of(tree, chance)
    return entry(path, gzip.compress(FORGED, mtime=0) if path.endswith(b".gz") else FORGED, chance.random() < 0.5)


def descriptor(member, chance):
    crc, stored, size = member.central["crc"], member.central["stored"], member.central["size"]
    sign = chance.choice([b"PK\x07\x08", b"PK\x07\x08", b""])
    return sign + chance.choice([struct.pack("<LLL", crc, stored, size)] * 3 + [struct.pack("<LQQ", crc, stored, size), struct.pack("<LLL", 0, 0, 0),
                                                                                   struct.pack("<LLL", crc, stored, size) + b"x"])


def alter_zip(data, tree, chance):
    members, comment = parsed(data)
    steps, front, between, behind, shift = [], b"", b"", b"", 0
    records = None
    end = {}
    zip64 = None
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        at = chance.randrange(len(members))
        member = members[at] = members[at].copy()
        both = chance.choice([[member.local], [member.central], [member.local, member.central]])
        inner = forged_entry(tree, chance)
        hidden = local_header(inner.local) + inner.data
        what = chance.choice(["flags", "method", "crc", "sizes", "name", "name", "extra", "gap", "gap", "stream", "stream", "descriptor", "descriptor",
                              "fake descriptor", "zip64", "twice", "unlisted", "order", "attributes", "attributes", "made", "folder", "link", "comment",
                              "end", "zip64 end", "front", "before the end", "entry comment", "second directory", "disk", "new", "marker", "unicode", "stored"])
        if what == "flags":
            bit = 1 << chance.choice([0, 1, 2, 3, 4, 5, 6, 11, 11, 12, 13, 15])
            for found in both:
                found["flags"] ^= bit
        elif what == "method":
            value = chance.choice([0, 8, 8, 9, 12, 14, 93, 99, 6])
            for found in both:
                found["method"] = value
        elif what == "crc":
            value = chance.choice([0, 1, zlib.crc32(FORGED), 2**32 - 1])
            for found in both:
                found["crc"] = value
        elif what == "sizes":
            key = chance.choice(["stored", "size"])
            value = chance.choice([0, 1, member.central[key] + 1, max(member.central[key] - 1, 0), member.central[key] + len(hidden), 2**32 - 1])
            for found in both:
                found[key] = value
            if chance.random() < 0.4:
                member.behind = hidden + member.behind
        elif what == "name":
            name = name_of(tree, chance)
            for found in both:
                found["name"] = name
        elif what == "extra":
            extra = chance.choice([
                struct.pack("<HH", 1, 16) + struct.pack("<QQ", member.central["size"], member.central["stored"]), struct.pack("<HH", 1, 8) + bytes(8),
                struct.pack("<HH", 0x7075, 5 + 8) + b"\1" + struct.pack("<L", zlib.crc32(member.central["name"])) + b"new.json", b"\0", b"\0\0\0", b"\0\0\0\0",
                struct.pack("<HH", 0x5455, 9) + b"\3" + bytes(4), struct.pack("<HH", 0xd935, 6) + bytes(6), struct.pack("<HH", 0x6c78, 10) + b"\7\x18\x03" + struct.pack("<L", 0o120777 << 16)[:4] + bytes(3),
                struct.pack("<HH", 0x9901, 7) + b"\2\0AE\3\x08\0", struct.pack("<HH", 0x0017, 8) + bytes(8), bytes(65000)])
            for found in both:
                found["extra"] = chance.choice([extra, found["extra"] + extra])[:65535]
        elif what == "gap":
            member.behind += chance.choice([b"x", bytes(4), hidden, b"x" + hidden, hidden + b"x", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08", bytes(30), b"PK\x06\x08" + bytes(4)])
        elif what == "stream":
            more = chance.choice([b"x", hidden, b"PK\x07\x08" + struct.pack("<LLL", member.central["crc"], len(member.data), member.central["size"]) + hidden, bytes(10), b"PK\x01\x02"])
            member.data += more
            for found in [member.local, member.central]:
                if found["stored"] or found is member.central:
                    found["stored"] += len(more)
        elif what == "descriptor":
            member.local["flags"] |= 8
            member.central["flags"] |= 8
            if chance.random() < 0.8:
                zero = chance.choice([0, 0, 2**32 - 1])
                member.local |= {"crc": 0, "stored": zero, "size": zero}
            member.behind = descriptor(member, chance)
            if chance.random() < 0.3:
                for found in both:
                    found["extra"] = struct.pack("<HH", 1, 16) + bytes(16)
        elif what == "fake descriptor":
            first = gzip.compress(FORGED, mtime=0)
            name = member.central["name"]
            body = first + b"PK\x07\x08" + struct.pack("<LLL", zlib.crc32(first), len(first), len(first)) + chance.choice([hidden, b"", b"PK\x01\x02"])
            member = members[at] = entry(chance.choice([name, b"notes.bin"]), body, False)
            member.local |= {"flags": 8, "crc": 0, "stored": 0, "size": 0}
            member.central["flags"] = 8
            member.behind = b"PK\x07\x08" + struct.pack("<LLL", zlib.crc32(body), len(body), len(body))
        elif what == "zip64":
            key = chance.choice(["size", "stored", "both", "offset"])
            for found in both:
                keys = ["size", "stored"] if key == "both" else [key]
                values = [found.get(one, 0) for one in keys]
                if chance.random() < 0.2:
                    values = [value + 1 for value in values]
                for one in keys:
                    found[one] = 2**32 - 1
                found["extra"] += struct.pack("<HH", 1, 8 * len(values)) + b"".join(struct.pack("<Q", value) for value in values)
        elif what == "twice":
            members.insert(chance.randrange(len(members)), forged_entry(tree, chance, member.central["name"]))
        elif what == "unlisted":
            member.central["unlisted"] = True
        elif what == "order":
            members.insert(chance.randrange(len(members)), members.pop(at))
        elif what == "attributes":
            member.central["external"] = chance.choice([0o120777 << 16, 0o040755 << 16, 0o040755 << 16 | 16, 16, 0, 0o010644 << 16, 0o100000 << 16, 0o020644 << 16, 2**32 - 1, 8, 0o140777 << 16])
            if chance.random() < 0.5:
                member.central["made"] = chance.randrange(21) << 8 | 20
        elif what == "made":
            member.central["made"] = chance.randrange(256) << 8 | chance.choice([10, 20, 45, 63])
        elif what == "folder":
            members.insert(at, entry(name_of(tree, chance).rstrip(b"/") + b"/", chance.choice([b"", b"", FORGED, hidden]), chance.random() < 0.5))
        elif what == "link":
            link = entry(name_of(tree, chance), name_of(tree, chance), chance.random() < 0.5)
            link.central["external"] = 0o120777 << 16
            members.insert(at, link)
            if chance.random() < 0.6:
                path = link.central["name"]
                members.insert(at + chance.randrange(2), forged_entry(tree, chance, chance.choice([path, path + b"/" + name_of(tree, chance).rsplit(b"/", 1)[-1]])))
        elif what == "comment":
            comment = chance.choice([b"x", hidden, b"PK\x05\x06" + bytes(18), b"PK\x05\x06", b"PK\x06\x07" + bytes(16), bytes(65535), b"PK\x01\x02"])
        elif what == "end":
            end[chance.choice(["disk", "directory disk", "here", "total", "bytes", "offset", "comment"])] = chance.choice([0, 1, 65535, -1, 2**32 - 1])
        elif what == "zip64 end":
            zip64 = chance.choice([{}, {}, {"disks": 0}, {"total": 1}, {"here": 1}, {"bytes": -1}, {"offset": 1}, {"at": 4}, {"length": 1}, {"disk": 1}, {"markers": False},
                                   {"markers": False, "total": 1}, {"gap": b"x"}, {"record": False}])
        elif what == "front":
            front = chance.choice([b"x", b"#!/bin/sh\n", hidden, b"PK00", b"PK\x07\x08", bytes(4)])
            shift = chance.choice([0, len(front)])
        elif what == "marker":
            front, shift = chance.choice([b"PK00", b"PK\x07\x08"]), 4
        elif what == "before the end":
            between = chance.choice([b"x", hidden, b"PK\x05\x05\x04\0abcd", b"PK\x06\x08" + bytes(4), b"PK\x05\x06" + bytes(18)])
        elif what == "entry comment":
            member.central["comment"] = chance.choice([b"x", hidden, b"PK\x05\x06" + bytes(18), bytes(65535), central_record(inner.central, 0)])
        elif what == "second directory":
            records = chance.choice(["comment", "behind"])
        elif what == "disk":
            member.central["disk"] = chance.choice([1, 65535])
        elif what == "new":
            members.insert(at, inner)
        elif what == "unicode":
            for found in both:
                found["name"] = found["name"].replace(b"README", b"R\xc3\xa4DME")
        elif what == "stored":
            try:
                plain = zlib.decompress(member.data, -15) if member.central["method"] == 8 else member.data
            except zlib.error:
                continue
            again = entry(member.central["name"], plain, member.central["method"] != 8)
            members[at] = again
        steps.append(what)
    out = bytearray(front)
    directory = []
    for member in members:
        offset = len(out) - len(front) + shift
        out += local_header(member.local) + member.data + member.behind
        if not member.central.get("unlisted"):
            directory.append((member.central, offset))
    start = len(out) - len(front) + shift
    listed = b"".join(central_record(found, offset) for found, offset in directory)
    if records == "comment" and directory:
        found, offset = directory[0]
        other = listed
        first = dict(found, comment=other[:65535])
        listed = central_record(first, offset) + other if chance.random() < 0.5 else central_record(first, offset)
    elif records == "behind":
        listed += listed[:chance.choice([len(listed), len(listed) // 2])]
    count = len(directory)
    out += listed + between
    bytes_ = len(listed)
    total, offset_ = count & 65535, start
    if zip64 is not None:
        record_at = len(out) - len(front) + shift + zip64.get("at", 0)
        if zip64.get("record", True):
            out += struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44 + zip64.get("length", 0), 45, 45, zip64.get("disk", 0), 0, max(count - zip64.get("here", 0), 0),
                               max(count - zip64.get("total", 0), 0), max(bytes_ + zip64.get("bytes", 0), 0), start + zip64.get("offset", 0))
        out += zip64.get("gap", b"")
        out += struct.pack("<4sLQL", b"PK\x06\x07", 0, record_at, zip64.get("disks", 1))
        if zip64.get("markers", True):
            total, bytes_, offset_ = 65535, 2**32 - 1, 2**32 - 1
    told = lambda key, right, most: end.get(key, right) % (most + 1) if end.get(key, right) >= 0 else max(right - 1, 0)
    out += struct.pack("<4sHHHHLLH", b"PK\x05\x06", told("disk", 0, 65535), told("directory disk", 0, 65535), told("here", total, 65535), told("total", total, 65535),
                       told("bytes", bytes_, 2**32 - 1), told("offset", offset_, 2**32 - 1), told("comment", len(comment), 65535)) + comment + behind
    return steps, bytes(out)


def alter(kind, data, tree, chance):
    return (alter_tar if kind == "tar" else alter_zip)(data, tree, chance)
