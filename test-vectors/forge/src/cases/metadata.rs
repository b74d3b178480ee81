//! The shapes in which the newest digest's signature is handed over.

use super::{chain, quiet_end};
use crate::archive::{Archive, head_object, sidecar_path};
use crate::digest::Sealed;
use crate::keys::mixed_case;
use crate::trail::Chain;
use crate::vector::Importance::Medium;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        get_object_output(),
        rclone_listing(),
        rclone_listing_below_a_folder(),
        s5cmd_lines(),
        capital_lines(),
        csv(),
        csv_quoted(),
        utf16_sidecar(),
        upper_case_signature(),
        sidecar_for_every_digest(),
        none(),
        none_and_quiet(),
        broken_sidecar(),
        doubled_key_in_sidecar(),
        broken_listing(),
        sidecar_without_signature(),
        two_sources_agree(),
        stale_sidecar(),
        sidecar_of_another_region(),
        listing_of_another_place(),
        wrong_signature_in_another_place(),
    ]
}

/// A chain whose newest digest's metadata comes as a file of another shape.
fn shape(id: &str, chain: &Chain, path: &str, bytes: impl Into<Vec<u8>>) -> Vector {
    let mut archive = Archive::without_metadata(&[chain]);
    archive.put(path, bytes);
    Vector::new(id, &[chain], archive).near("baseline/account-trail")
}

/// A sidecar with other bytes.
fn sidecar(id: &str, chain: &Chain, bytes: impl Into<Vec<u8>>) -> Vector {
    shape(id, chain, &sidecar_path(chain.newest()), bytes)
}

fn head(sealed: &Sealed) -> String {
    head_object(sealed, &sealed.metadata())
}

fn get_object_output() -> Vector {
    let chain = chain();
    let output = head(chain.newest()).replace(
        "    \"ServerSideEncryption\"",
        "    \"VersionId\": \"null\",\n    \"TagCount\": 1,\n    \"ServerSideEncryption\"",
    );
    sidecar("metadata/get-object-output", &chain, output)
        .says("The sidecar is what `aws s3api get-object` printed.", "get-object prints the same map of metadata as head-object.")
}

/// `rclone lsjson -R -M --files-only` output with one file.
fn lsjson(chain: &Chain, path: &str) -> String {
    let sealed = chain.newest();
    format!(
        "[\n{{\"Path\":\"{path}\",\"Name\":\"{}\",\"Size\":{},\"MimeType\":\"application/json\",\"ModTime\":\"2026-03-01T05:31:02.000000000Z\",\"IsDir\":false,\"Metadata\":{{\"btime\":\"2026-03-01T05:31:02Z\",\"content-encoding\":\"gzip\",\"content-type\":\"application/json\",\"signature\":\"{}\",\"signature-algorithm\":\"SHA256withRSA\",\"tier\":\"STANDARD\"}},\"Tier\":\"STANDARD\"}}\n]\n",
        path.rsplit('/').next().expect("a name"),
        sealed.file().len(),
        sealed.signature,
    )
}

fn rclone_listing() -> Vector {
    let chain = chain();
    let listing = lsjson(&chain, chain.key(4));
    shape("metadata/rclone-lsjson", &chain, "object-metadata.json", listing).says(
        "The metadata comes as rclone's listing of the bucket.",
        "`rclone lsjson -R -M` is the only listing that holds user metadata.",
    )
}

fn rclone_listing_below_a_folder() -> Vector {
    let chain = chain();
    let listing = lsjson(&chain, chain.key(4).strip_prefix("AWSLogs/").expect("AWSLogs"));
    shape("metadata/rclone-lsjson-below-a-folder", &chain, "lists/object-metadata-2026-03.json", listing)
        .near("metadata/rclone-lsjson")
        .says(
            "rclone listed a folder of the bucket, so its paths begin in the middle of the keys.",
            "A listing's paths are compared like any other: from the right.",
        )
}

fn s5cmd_lines() -> Vector {
    let chain = chain();
    let line = |sealed: &Sealed| {
        format!(
            "{{\"key\":\"s3://trail-archive/{}\",\"last_modified\":\"2026-03-01T05:31:02Z\",\"type\":\"file\",\"size\":{},\"metadata\":{{\"signature\":\"{}\",\"signature-algorithm\":\"SHA256withRSA\"}}}}\n",
            sealed.digest.key,
            sealed.file().len(),
            sealed.signature,
        )
    };
    let lines: String = chain.digests.iter().map(line).collect();
    shape("metadata/s5cmd-lines", &chain, "object-metadata.jsonl", lines).says(
        "The metadata of all digests comes as JSON lines with `key` and `metadata`, the keys as s3:// addresses.",
        "`s5cmd --json head` prints such lines.",
    )
}

fn capital_lines() -> Vector {
    let chain = chain();
    let sealed = chain.newest();
    let line = format!(
        "{{\"Key\":\"{}\",\"Metadata\":{{\"signature\":\"{}\",\"signature-algorithm\":\"SHA256withRSA\"}}}}\n\n",
        sealed.digest.key, sealed.signature
    );
    shape("metadata/capital-lines", &chain, "object-metadata-digests.jsonl", line).says(
        "The metadata comes as JSON lines with `Key` and `Metadata`; the last line is empty.",
        "A loop over head-object that adds the key writes such lines.",
    )
}

fn csv() -> Vector {
    let chain = chain();
    let sealed = chain.newest();
    let table = format!("key,signature\n{},{}\n", sealed.digest.key, sealed.signature);
    shape("metadata/csv", &chain, "object-metadata.csv", table)
        .says("The metadata comes as CSV with the columns key and signature.", "A query over S3 Metadata tables exports this.")
}

fn csv_quoted() -> Vector {
    let chain = chain();
    let sealed = chain.newest();
    let table =
        format!("\"bucket\",\"signature\",\"key\"\r\n\"trail-archive\",\"{}\",\"{}\"\r\n", sealed.signature, sealed.digest.key);
    shape("metadata/csv-quoted", &chain, "object-metadata-athena.csv", table)
        .near("metadata/csv")
        .says("The CSV is quoted, has CRLF, another order and one more column.", "Athena quotes every field.")
}

fn utf16_sidecar() -> Vector {
    let chain = chain();
    let text = head(chain.newest()).replace('\n', "\r\n");
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    sidecar("metadata/utf-16-sidecar", &chain, bytes).says(
        "The sidecar is UTF-16LE with a byte order mark and CRLF.",
        "Windows PowerShell writes the output of a command like this.",
    )
}

fn upper_case_signature() -> Vector {
    let chain = chain();
    let sealed = chain.newest();
    let upper = head(sealed).replace(&sealed.signature, &mixed_case(&sealed.signature));
    sidecar("metadata/upper-case-signature", &chain, upper)
        .says("The signature in the sidecar is in mixed case.", "Hex has no case.")
}

fn sidecar_for_every_digest() -> Vector {
    let chain = chain();
    let mut archive = Archive::without_metadata(&[&chain]);
    for (hour, sealed) in chain.digests.iter().enumerate() {
        let signature = if hour % 2 == 0 { mixed_case(&sealed.signature) } else { sealed.signature.clone() };
        archive.sidecar_with(sealed, &[("signature".into(), signature)]);
    }
    Vector::new("metadata/sidecar-for-every-digest", &[&chain], archive).near("baseline/account-trail").says(
        "Every digest has a sidecar, some in mixed case, none with an algorithm.",
        "A digest's own signature and the one that its successor quotes are compared as values, not as text.",
    )
}

fn none() -> Vector {
    let chain = chain();
    Vector::new("metadata/none", &[&chain], Archive::without_metadata(&[&chain]))
        .near("baseline/account-trail")
        .false_alarm_of_validate_logs()
        .codes(&["coverage.gap", "digest.signature.missing", "log.unproved"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .coverage(Indeterminate)
        .says(
            "No metadata was handed over.",
            "`aws s3 sync` loses it. All digests but the newest get their signatures from their successors; metadata lost is not forged.",
        )
}

/// What follows when the newest digest, a silent one, cannot be proved.
fn silent_and_unsigned(vector: Vector, codes: &[&str]) -> Vector {
    let codes = [codes, &["coverage.gap", "digest.signature.missing"]].concat();
    vector.codes(&codes).authenticity(Indeterminate).coverage(Indeterminate)
}

fn none_and_quiet() -> Vector {
    let chain = quiet_end();
    let vector = Vector::new("metadata/none-and-silent", &[&chain], Archive::without_metadata(&[&chain]));
    silent_and_unsigned(vector, &[]).near("metadata/none").says(
        "No metadata was handed over, and the newest digest lists no logs.",
        "Nothing of integrity is open: no log hangs on the missing signature.",
    )
}

fn broken_sidecar() -> Vector {
    let chain = quiet_end();
    let text = head(chain.newest());
    let vector = sidecar("metadata/broken-sidecar", &chain, &text.as_bytes()[..text.len() / 2]);
    silent_and_unsigned(vector, &["metadata.malformed"])
        .near("metadata/none-and-silent")
        .says("The sidecar is cut off in the middle.", "A sidecar that cannot be read is as good as none, and is named.")
}

fn doubled_key_in_sidecar() -> Vector {
    let chain = quiet_end();
    let text = head(chain.newest()).replace("\"Metadata\": {", "\"Metadata\": {},\n    \"Metadata\": {");
    let vector = sidecar("metadata/doubled-key-in-sidecar", &chain, text);
    silent_and_unsigned(vector, &["metadata.malformed"])
        .near("metadata/none-and-silent")
        .says("The sidecar holds the key Metadata twice.", "Two readers would take two meanings from it.")
}

fn broken_listing() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.put("object-metadata.json", "[{\"Path\":");
    Vector::new("metadata/broken-listing-beside-a-sidecar", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["metadata.malformed"])
        .importance(Medium)
        .says("A broken listing lies beside the sidecar that is needed.", "It is named; nothing needed it.")
}

fn sidecar_without_signature() -> Vector {
    let chain = quiet_end();
    let text = head_object(chain.newest(), &[("content-md5".into(), "none".into())]);
    let vector = sidecar("metadata/sidecar-without-signature", &chain, text);
    silent_and_unsigned(vector, &[]).near("metadata/none-and-silent").says(
        "The sidecar is readable but its Metadata holds no signature.",
        "A copy within S3 that replaces metadata leaves such an object.",
    )
}

fn two_sources_agree() -> Vector {
    let chain = chain();
    let sealed = chain.newest();
    let mut archive = Archive::of(&[&chain]);
    archive.put("object-metadata.csv", format!("key,signature\n{},{}\n", sealed.digest.key, sealed.signature));
    Vector::new("metadata/two-sources-agree", &[&chain], archive)
        .near("baseline/account-trail")
        .says("A sidecar and a CSV hold the same signature.", "The same said twice is said once.")
}

fn stale_sidecar() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    let other = chain.digests[0].signature.clone();
    archive.sidecar_with(&chain.digests[1], &[("signature".into(), other)]);
    Vector::new("metadata/sidecar-of-another-digest", &[&chain], archive)
        .near("baseline/account-trail")
        .missed_by_validate_logs(&[11])
        .codes(&["chain.link.signature_mismatch"])
        .continuity(Failed)
        .says(
            "A digest's sidecar holds its predecessor's signature; its successor quotes the right one.",
            "One source verifies, so the digest is signed; but two sources contradict each other.",
        )
}

/// A chain with a silent end whose newest digest's metadata lies where that of another would.
fn elsewhere(id: &str, path: &str, bytes: impl Into<Vec<u8>>) -> Vector {
    let chain = quiet_end();
    silent_and_unsigned(shape(id, &chain, path, bytes), &[]).near("metadata/none-and-silent")
}

fn name(sealed: &Sealed) -> &str {
    sealed.digest.key.rsplit('/').next().expect("a name")
}

fn sidecar_of_another_region() -> Vector {
    let chain = quiet_end();
    let path = format!("us-west-2/2026/03/01/{}.head.json", name(chain.newest()));
    elsewhere("metadata/sidecar-in-folders-of-another-region", &path, head(chain.newest())).says(
        "The newest digest's sidecar lies in folders of another region; they are as many as all evidence shares at the top.",
        "Metadata counts where its folders fit, whatever their number.",
    )
}

fn listing_of_another_place() -> Vector {
    let chain = quiet_end();
    let listing = lsjson(&chain, &format!("other/place/{}", name(chain.newest())));
    elsewhere("metadata/rclone-lsjson-of-another-place", "object-metadata.json", listing)
        .says("rclone listed a digest of the newest one's name in other folders.", "The paths of a listing are places, too.")
}

fn wrong_signature_in_another_place() -> Vector {
    let chain = quiet_end();
    let other = head(chain.newest()).replace(&chain.newest().signature, &chain.digests[0].signature);
    elsewhere("metadata/wrong-signature-in-another-place", &format!("x/{}.head.json", name(chain.newest())), other).says(
        "A sidecar of the newest digest's name with another's signature lies in a folder in which no digest lay.",
        "What stands elsewhere does not make a digest invalid that has no metadata of its own.",
    )
}
