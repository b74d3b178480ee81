// Archives of any size for tests, written as a stream.
import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { crc32, gzipSync } from "node:zlib";

/** A log file as CloudTrail writes it, of about this many bytes inflated. */
function log(seed, size) {
  const records = [];
  for (let length = 0, index = 0; length < size; index += 1) {
    const record = JSON.stringify({
      eventVersion: "1.09",
      userIdentity: { type: "AssumedRole", principalId: `AROA${seed}:${index}`, arn: `arn:aws:sts::111122223333:assumed-role/app/${index % 97}` },
      eventTime: "2026-03-01T00:00:00Z",
      eventSource: ["s3", "ec2", "sts", "kms"][index % 4] + ".amazonaws.com",
      eventName: ["GetObject", "DescribeInstances", "AssumeRole", "Decrypt"][index % 4],
      sourceIPAddress: `10.${index % 256}.${seed % 256}.7`,
      requestID: randomBytes(16).toString("hex"),
      eventID: randomBytes(16).toString("hex"),
    });
    records.push(record);
    length += record.length + 1;
  }
  return gzipSync(`{"Records":[${records.join(",")}]}`);
}

const sums = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum >>> 0;
});
// Node 20 has none before 20.15.
const checksum = crc32 ?? ((bytes) => bytes.reduce((sum, byte) => sums[(sum ^ byte) & 0xff] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff);

export const logName = (index) => {
  const minute = String(index % 60).padStart(2, "0");
  const hour = String(Math.floor(index / 60) % 24).padStart(2, "0");
  return `AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T${hour}${minute}Z_${String(index).padStart(16, "0")}.json.gz`;
};

/** A few different contents, so that large archives are quickly made. */
export const contents = (inflated, count = 8) => Array.from({ length: count }, (_, seed) => log(seed, inflated));

/** A log file that is hardly smaller than what is in it, `size` bytes of noise: what is read is much, and what is hashed is little. */
export const dense = (size) => gzipSync(JSON.stringify({ Records: [randomBytes(size).toString("base64")] }), { level: 1 });

/** Writes a zip archive of stored files. */
export function writeZip(path, files) {
  const out = openSync(path, "w");
  const directory = [];
  let at = 0;
  const write = (bytes) => {
    writeSync(out, bytes);
    at += bytes.length;
  };
  const known = new Map();
  for (const [name, bytes] of files) {
    if (!known.has(bytes)) known.set(bytes, checksum(bytes) >>> 0);
    const [path, sum] = [Buffer.from(name), known.get(bytes)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(sum, 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, path);
    write(Buffer.from("PK\x03\x04"));
    write(common);
    write(path);
    write(bytes);
  }
  const start = at;
  directory.forEach(write);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE((directory.length / 2) & 0xffff, 8);
  end.writeUInt16LE((directory.length / 2) & 0xffff, 10);
  end.writeUInt32LE(at - start, 12);
  end.writeUInt32LE(start, 16);
  write(end);
  closeSync(out);
  return path;
}
