//! What decides between readings of the rules about links, signatures and keys.

use chrono::Duration;

use super::{edited, of, signed};
use crate::archive::Archive;
use crate::cases::{chain, quiet_end, trail};
use crate::digest::Digest;
use crate::keys::{self, Listed, STRANGER, US_EAST_1};
use crate::time::at;
use crate::trail::Trail;
use crate::vector::Importance::Critical;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

pub(super) fn links() -> Vec<Vector> {
    let stated = signed(2, |digest| digest.key = trail().digest_key(digest.end - Duration::minutes(7)));
    let past = signed(2, |digest| digest.link().key = trail().digest_key(digest.end - Duration::hours(9)));
    let standard = chain();
    let second = |edit: &dyn Fn(&mut Digest)| {
        let mut digest = trail().digest(3, 0);
        digest.follow(&standard.digests[2]);
        edit(&mut digest);
        digest.seal()
    };
    let early = second(&|digest| digest.key = trail().digest_key(digest.end - Duration::minutes(7)));
    let apart = second(&|digest| {
        digest.key = digest.key.replace("2026/03/01", "2026/03/02");
        digest.link().key = digest.link().key.replace("T030131Z", "T024531Z");
    });
    let alone = |from: &str| trail().from(from);
    vec![
        of("links/end-contradicts-the-key-in-mid-chain", &stated, |_| ())
            .near("links/end-contradicts-the-key")
            .codes(&["digest.identity_mismatch"])
            .continuity(Failed)
            .says(
                "The end of a digest in the middle is not the time in its key.",
                "Its successor begins when it says that it ends: no gap.",
            ),
        edited("links/two-ends-in-one-hour", |_, archive| {
            archive.digest(&early);
            archive.sidecar(&early);
        })
        .near("links/fork")
        .codes(&["chain.fork", "digest.identity_mismatch"])
        .continuity(Failed)
        .says(
            "A second digest of an hour has a time in its key that is not its end.",
            "Two names, two times: a fork, and no second digest of one time.",
        ),
        of("links/past-all-others-to-an-older-one", &past, |archive| archive.sidecar(&past.digests[1]))
            .near("links/wrong-previous-hash")
            .codes(&["chain.digest_missing"])
            .continuity(Failed)
            .importance(Critical)
            .says(
                "A signed digest in the middle names a predecessor from before the whole archive, which is not there.",
                "The edge of an archive is where nothing comes before: here signed digests do, and nothing joins them on.",
            ),
        edited("links/two-digests-of-one-hour-and-no-link", |_, archive| {
            archive.digest(&apart);
            archive.sidecar(&apart);
        })
        .near("links/two-digests-for-one-hour")
        .codes(&["chain.digest_missing", "digest.duplicate"])
        .continuity(Failed)
        .says(
            "A second digest of an hour lies in another day's folder, by its own key, and names a predecessor that is not there.",
            "Two digests of one time are a duplicate, and not an overlap besides.",
        ),
        {
            let run = alone("2026-03-01T01:31:31Z").chain(&[0]);
            edited("links/run-that-overlaps-unsigned", |_, archive| archive.digest(&run.digests[0]))
                .near("links/runs-that-overlap")
                .codes(&["digest.signature.missing"])
                .authenticity(Indeterminate)
                .says(
                    "A digest that no link joins to the others speaks of their time, and nobody signed it.",
                    "What is not signed covers nothing twice.",
                )
        },
        {
            let run = alone("2026-03-01T01:31:31Z").starting().chain(&[0]);
            edited("links/starting-digest-within-a-run", |_, archive| {
                archive.digest(&run.digests[0]);
                archive.sidecar(&run.digests[0]);
            })
            .near("links/runs-that-overlap")
            .codes(&["chain.restart"])
            .says(
                "A starting digest ends while a chain goes on, and nothing follows it.",
                "Of its hour it covers nothing, so it covers nothing twice.",
            )
        },
        {
            let chain = trail().chain(&[2, 0, 1, 2, 1]);
            of("links/planted-before-a-hole", &chain, |archive| {
                archive.sidecar(&chain.digests[0]);
                archive.remove(chain.key(1));
                let mut planted = trail().digest(1, 0);
                planted.end -= Duration::seconds(1);
                planted.key = trail().digest_key(planted.end);
                planted.follow(&chain.digests[0]);
                archive.digest(&planted.seal());
            })
            .period(trail().hour(0), trail().hour(1) + Duration::minutes(30))
            .near("scope/hole-before-the-period")
            .codes(&["chain.digest_missing", "coverage.gap", "digest.signature.missing"])
            .authenticity(Indeterminate)
            .continuity(Failed)
            .coverage(Indeterminate)
            .importance(Critical)
            .says(
                "A digest is deleted, and one that nobody signed fills all of its hour but a second, which lies outside of the period.",
                "What nobody signed must not make a hole look smaller than it is.",
            )
        },
        {
            let other = Trail { name: "security-audit".to_owned(), ..trail() }.chain(&[1, 0, 1]);
            let chain = signed(3, |digest| digest.follow(other.newest()));
            let mut archive = Archive::of(&[&chain]);
            archive.sidecar(&chain.digests[2]);
            other.digests.iter().for_each(|sealed| archive.digest(sealed));
            Vector::new("claims/link-into-another-trail-without-metadata", &[&chain], archive)
                .near("links/into-another-trail")
                .codes(&["chain.link.foreign", "digest.signature.missing", "log.unproved"])
                .integrity(Indeterminate)
                .continuity(Failed)
                .says(
                    "As before, and the other chain's newest digest has no other signature than the one quoted.",
                    "A link into another chain lends neither a signature nor a hash.",
                )
        },
        {
            let mut log = trail().log(at("2026-02-28T23:50:00Z"), "");
            log.events = None;
            let chain = trail().starting().chain_with(&[0, 1, 1], |hour, digest| {
                if hour == 0 {
                    digest.logs.push(log.clone());
                }
            });
            of("trails/starting-digest-lists-an-earlier-log", &chain, |_| ())
                .period(at("2026-02-28T23:50:00Z"), trail().hour(3))
                .near("trails/starting-digest-lists-logs")
                .codes(&["coverage.gap"])
                .coverage(Indeterminate)
                .says(
                    "A starting digest lists a log that was delivered before its hour, and the period begins with that delivery.",
                    "A digest speaks of its own interval, and of nothing before it.",
                )
        },
    ]
}

pub(super) fn signatures() -> Vec<Vector> {
    let misquoted = signed(4, |digest| digest.link().signature = "0123456789abcdef".repeat(32));
    let algorithm = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 4 {
            digest.rewrite = Some(|json| json.replace("\"hashAlgorithm\":\"SHA-256\"", "\"hashAlgorithm\":\"SHA-512\""));
        }
    });
    let padding = {
        let chain = quiet_end();
        let mut archive = Archive::without_metadata(&[&chain]);
        archive.sidecar(&chain.digests[2]);
        let sealed = chain.newest();
        let genuine = US_EAST_1.opened(&sealed.signature);
        // The hash stands at the end of the block, as it must; what stands before it is not the filling of RFC 8017.
        let block: Vec<u8> =
            genuine.iter().enumerate().map(|(n, byte)| if (20..100).contains(&n) { 0x5a } else { *byte }).collect();
        archive.sidecar_with(sealed, &[("signature".into(), hex::encode(US_EAST_1.raw(&block)))]);
        Vector::new("signatures/wrong-padding", &[&chain], archive)
    };
    let beyond = {
        let chains = (0..60).map(|minute| trail().from(&format!("2026-03-01T00:{minute:02}:31Z")).chain(&[1, 0]));
        let found = chains.map(|chain| (US_EAST_1.plus_modulus(&chain.newest().signature), chain)).find(|(sum, _)| sum.is_some());
        let (sum, chain) = found.expect("a signature that is small enough");
        let mut archive = Archive::without_metadata(&[&chain]);
        archive.sidecar(&chain.digests[0]);
        archive.sidecar_with(chain.newest(), &[("signature".into(), sum.expect("a sum"))]);
        Vector::new("signatures/beyond-the-modulus", &[&chain], archive)
    };
    let invalid = |vector: Vector| {
        vector
            .near("signatures/random-signature")
            .codes(&["coverage.gap", "digest.signature.invalid"])
            .authenticity(Failed)
            .coverage(Indeterminate)
    };
    vec![
        of("signatures/invalid-under-a-hash-link", &misquoted, |_| ())
            .near("signatures/random-signature")
            .codes(&["coverage.gap", "digest.signature.invalid", "log.unproved"])
            .integrity(Indeterminate)
            .authenticity(Failed)
            .coverage(Indeterminate)
            .says(
                "The only signature of a digest, quoted by its successor, does not verify; the successor's hash of it is right.",
                "A signature that is there and wrong is not made good by a link.",
            ),
        of("signatures/hash-algorithm-in-the-list", &algorithm, |_| ())
            .near("signatures/algorithm-in-the-digest")
            .codes(&["digest.algorithm.unsupported"])
            .authenticity(Indeterminate)
            .says(
                "The newest digest names another hash algorithm for its log.",
                "What is hashed by it is not known to be what AWS hashed.",
            ),
        invalid(padding).importance(Critical).says(
            "The block that was signed ends with the right hash, and its padding is wrong.",
            "Who compares the end of the block only accepts what can be forged under small exponents.",
        ),
        invalid(beyond).says(
            "The newest digest's signature is the genuine one plus the modulus.",
            "RFC 8017 demands a number below the modulus; there is one signature and no second spelling of it.",
        ),
        {
            let standard = chain();
            let mut other = trail().digest(3, 0);
            other.end -= Duration::minutes(30);
            other.key = trail().digest_key(other.end);
            other.follow(&standard.digests[2]);
            other.link().signature = "0123456789abcdef".repeat(32);
            let mut archive = Archive::without_metadata(&[&standard]);
            archive.digest(&other.seal());
            Vector::new("signatures/quotes-differ-and-nothing-verifies", &[&standard], archive)
                .keys(&[])
                .near("keys/none-and-no-metadata")
                .codes(&["chain.fork", "coverage.gap", "digest.key.unknown", "digest.signature.missing", "log.unproved"])
                .integrity(Indeterminate)
                .authenticity(Indeterminate)
                .continuity(Failed)
                .coverage(Indeterminate)
                .says(
                    "Nobody has a key; two successors of one digest quote different signatures of it.",
                    "With neither metadata nor a signature that verifies there is nothing to compare with.",
                )
        },
    ]
}

pub(super) fn keys_of_several_sources() -> Vec<Vector> {
    let with = |id: &str, lists: &[(&str, &[Listed])], enclosed: Option<Listed>| {
        edited(id, |_, archive| enclosed.into_iter().for_each(|entry| archive.put("public-keys.json", keys::list(&[entry]))))
            .keys(lists)
    };
    let key = || Listed::key(&US_EAST_1);
    let stolen = Listed { fingerprint: key().fingerprint, ..Listed::key(&STRANGER) };
    let old = || key().valid(at("2026-01-01T00:00:00Z"), at("2026-01-31T00:00:00Z"));
    let collision = include_bytes!("../../../keys/collision-1.der");
    let outside =
        |vector: Vector| vector.near("keys/outside-validity").codes(&["digest.key.outside_validity"]).authenticity(Indeterminate);
    vec![
        outside(with("keys/validity-in-an-enclosed-list-only", &[("expired/us-east-1.json", &[old()])], Some(key()))).says(
            "The key expired by the verifier's list; a list in the archive says otherwise.",
            "The sender's word for a validity is worth nothing beside the verifier's.",
        ),
        outside(with("keys/pinned-and-expired-in-the-own-list", &[("expired/us-east-1.json", &[old()])], Some(key())))
            .pins(&[US_EAST_1.pin()])
            .near("keys/validity-in-an-enclosed-list-only")
            .says("As before, and the key is pinned.", "A pin vouches for a key, and for no list of the sender's."),
        with(
            "keys/stated-for-two-regions",
            &[("two-regions/us-west-2.json", &[key()]), ("two-regions/us-east-1.json", &[key()])],
            None,
        )
        .near("keys/file-of-another-region")
        .says("The verifier's lists of two regions both hold the key.", "It is good for a region if one of them states it."),
        with("keys/fingerprint-stolen-in-the-own-list", &[("stolen-in-own-list/us-east-1.json", &[key(), stolen])], None)
            .near("keys/fingerprint-stolen-by-an-enclosed-key")
            .codes(&["key.fingerprint_mismatch"])
            .says(
                "The verifier's own list states the genuine key's fingerprint for another key as well.",
                "A slip of one's own refutes nothing; the entry is refused.",
            ),
        with("keys/with-two-validities", &[("two-validities/us-east-1.json", &[old(), key()])], None)
            .near("keys/outside-validity")
            .says(
                "The verifier's list holds the key twice, with two validities, of which one has passed.",
                "One that holds is enough.",
            ),
        with(
            "keys/validity-begins-at-the-slack",
            &[("early/us-east-1.json", &[key().valid(at("2026-03-01T03:01:31Z"), at("2026-03-31T03:01:31Z"))])],
            None,
        )
        .near("keys/validity-at-the-slack")
        .says("The key's validity begins two hours after the oldest digest ends.", "Two hours of slack on each side, inclusive."),
        {
            let mut vector = with("keys/two-keys-one-fingerprint-and-named", &[], None);
            let entries = [collision.as_slice(), include_bytes!("../../../keys/collision-2.der")].map(Listed::der);
            let chain = trail().chain_with(&[2, 1, 0, 2, 1], |_, digest| {
                digest.signer = &STRANGER;
                digest.fingerprint = keys::fingerprint(collision);
            });
            let mut archive = Archive::of(&[&chain]);
            archive.put("public-keys.json", keys::list(&entries));
            let path = vector.archives[0].clone();
            vector.files.insert(path, archive.zip());
            vector
                .near("keys/two-keys-one-fingerprint")
                .codes(&["coverage.gap", "digest.key.unknown", "key.conflict", "log.unproved"])
                .integrity(Indeterminate)
                .authenticity(Failed)
                .continuity(Indeterminate)
                .coverage(Indeterminate)
                .says(
                    "The digests name the fingerprint of two different keys.",
                    "Neither is used: no signature is tried, and none is called invalid.",
                )
        },
    ]
}
