//! Records of verifications: what is in them, what they are held against, and what nobody can slip past them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const ASKED: [&str; 4] = ["--keys", "public-keys", "--period", "2026-03-01..2026-03-02"];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// A folder with the example archive, its twin and its keys.
fn example() -> TempDir {
    let folder = TempDir::new().unwrap();
    let from = docs().join("../test-vectors/example");
    for name in ["handover.zip", "tampered.zip"] {
        fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    fs::create_dir(folder.path().join("public-keys")).unwrap();
    for entry in fs::read_dir(from.join("public-keys")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join("public-keys").join(entry.file_name())).unwrap();
    }
    folder
}

/// A folder as evidence: a digest file's name is in it, and names of every kind.
fn folder_of_files(names: &[&[u8]]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in names {
        let name = String::from_utf8_lossy(name).into_owned();
        let path = folder.path().join("evidence").join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("content of {name}")).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trailseal")).args(arguments).current_dir(folder).output().unwrap()
}

fn verify(folder: &Path, archive: &str, more: &[&str]) -> Output {
    run(folder, &[&["verify", archive], ASKED.as_slice(), more].concat())
}

/// Code and text of a check.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = run(folder, &[&["record", "check"], arguments].concat());
    (code(&output), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A text in one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg("--").arg(path).output().unwrap();
    text(&output.stdout)[..64].to_owned()
}

/// What differs from run to run.
fn masked(mut text: String, record: &Value) -> String {
    let program = record["program"]["command"][0].as_str().unwrap();
    for (mask, of) in [
        ("CLOCK", record["machine"]["began"].as_str().unwrap()),
        ("CLOCK", record["machine"]["ended"].as_str().unwrap()),
        ("PROGRAM", program),
        ("PROGRAM_SHA256", record["program"]["sha256"].as_str().unwrap()),
        ("PLATFORM", record["program"]["platform"].as_str().unwrap()),
        ("VERSION", VERSION),
    ] {
        text = text.replace(of, mask);
    }
    let host = record["machine"]["host"].as_str().unwrap();
    text.replace(&format!("\"host\": \"{host}\""), "\"host\": \"HOST\"")
        .replace(&format!("<code>{host}</code>"), "<code>HOST</code>")
}

#[test]
fn a_record_says_who_verified_what_when() {
    let folder = example();
    let at = folder.path();
    let notes = ["--by", "A. Auditor, Firm LLP", "--reference", "WP C-4.2", "--received", "2026-11-20, SFTP, from J. Doe (ACME)"];
    let files = ["--format", "html", "-o", "report.html", "--record", "record.json", "--record", "record.html"];
    let output = verify(at, "handover.zip", &[files.as_slice(), &notes].concat());
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
    let record = read(at, "record.json");
    insta::assert_snapshot!("record_json", masked(fs::read_to_string(at.join("record.json")).unwrap(), &record));
    assert_eq!(record["evidence"][0]["sha256"], sha256(&at.join("handover.zip")));
    assert_eq!(record["report"]["sha256"], sha256(&at.join("report.html")));
    assert_eq!(record["program"]["sha256"], sha256(Path::new(env!("CARGO_BIN_EXE_trailseal"))));
    // The same in the page, as text and as data; the style is that of reports and has its own tests.
    let page = fs::read_to_string(at.join("record.html")).unwrap();
    let (before, rest) = page.split_once("<script type=\"application/json\" id=\"record\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), record);
    let (_, body) = before.split_once("</head>").unwrap();
    insta::assert_snapshot!("record_html", masked(body.to_owned(), &record));
}

#[test]
fn a_record_is_as_its_schema_says() {
    let schema = text(&run(&docs(), &["schema", "record"]).stdout);
    let path = docs().join("record.v1.schema.json");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == schema, "docs/record.v1.schema.json is stale: UPDATE_DOCUMENTS=1 cargo test -p trailseal-cli --test record");
    let folder = example();
    fs::write(folder.path().join("scope.toml"), "[policy]\n\"chain.restart\" = \"limits\"\n").unwrap();
    let more = ["--scope", "scope.toml", "--record", "r.json", "-o", "r.txt", "--by", "a", "--exceptions", "b"];
    for archive in ["handover.zip", "."] {
        let folder_of = if archive == "." { folder_of_files(&[b"a", b"b/c"]) } else { TempDir::new().unwrap() };
        let evidence = folder_of.path().join("evidence");
        let archive = if archive == "." { evidence.to_str().unwrap() } else { archive };
        assert_ne!(code(&verify(folder.path(), archive, &[more.as_slice(), &["--overwrite"]].concat())), 2);
        let (schema, record) = (serde_json::from_str(&schema).unwrap(), read(folder.path(), "r.json"));
        fits(&schema, &schema, &record, "record");
    }
}

/// Holds a value to what of JSON Schema our schemas use; anything else in a schema is an error.
fn fits(root: &Value, schema: &Value, value: &Value, at: &str) {
    let fields = schema.as_object().unwrap();
    for (word, said) in fields {
        match word.as_str() {
            "$ref" => {
                let name = said.as_str().unwrap().strip_prefix('#').unwrap();
                fits(root, root.pointer(name).unwrap(), value, at);
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    other => panic!("{at}: type {other}"),
                };
                assert!(said.as_array().map_or_else(|| is(said), |names| names.iter().any(is)), "{at}: {value} is no {said}");
            }
            "const" => assert_eq!(said, value, "{at}"),
            "enum" => assert!(said.as_array().unwrap().contains(value), "{at}: {value}"),
            "required" => {
                for name in said.as_array().unwrap() {
                    assert!(value.get(name.as_str().unwrap()).is_some(), "{at}: {name} is missing");
                }
            }
            "properties" => {
                for (name, inner) in value.as_object().unwrap() {
                    match said.get(name) {
                        Some(schema) => fits(root, schema, inner, &format!("{at}.{name}")),
                        None => assert_ne!(
                            fields.get("additionalProperties"),
                            Some(&Value::Bool(false)),
                            "{at}: {name} is not described"
                        ),
                    }
                }
            }
            "items" => value.as_array().unwrap().iter().for_each(|item| fits(root, said, item, &format!("{at}[]"))),
            "oneOf" | "anyOf" => {
                let which = |schema: &&Value| std::panic::catch_unwind(|| fits(root, schema, value, at)).is_ok();
                assert!(said.as_array().unwrap().iter().filter(which).count() > 0, "{at}: {value}");
            }
            "additionalProperties" if said.is_object() => {
                value.as_object().unwrap().values().for_each(|inner| fits(root, said, inner, &format!("{at}.*")));
            }
            "minimum" => assert!(value.as_i64().unwrap() >= said.as_i64().unwrap(), "{at}"),
            "maximum" => assert!(value.as_i64().unwrap() <= said.as_i64().unwrap(), "{at}"),
            "propertyNames"
            | "pattern"
            | "additionalProperties"
            | "description"
            | "title"
            | "$schema"
            | "$defs"
            | "format"
            | "default"
            | "uniqueItems"
            | "examples" => {}
            other => panic!("{at}: the schema says {other}"),
        }
    }
}

#[test]
fn the_report_is_the_same_with_a_record() {
    let folder = example();
    for format in ["json", "html"] {
        let alone = verify(folder.path(), "handover.zip", &["--format", format]);
        let recorded = verify(folder.path(), "handover.zip", &["--format", format, "--record", &format!("{format}.json")]);
        assert_eq!((code(&alone), &alone.stdout), (code(&recorded), &recorded.stdout));
        assert_eq!(read(folder.path(), &format!("{format}.json")).get("report"), None, "what went to stdout is no file");
    }
}

#[test]
fn the_same_files_are_found_the_same_whatever_they_are_called() {
    let folder = example();
    let at = folder.path();
    verify(at, "handover.zip", &["--record", "r.json", "--record", "r.html"]);
    for record in ["r.json", "r.html"] {
        let (code, said) = check(at, &[record, "handover.zip", "--keys", "public-keys"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.starts_with("THE SAME: the same files, the same report\n"), "{said}");
        assert!(joined(&said).contains("Not shown by this: who wrote the record, when,"), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }
    fs::rename(at.join("handover.zip"), at.join("other.zip")).unwrap();
    let (code, said) = check(at, &["r.json", "other.zip", "--keys", "public-keys"]);
    assert_eq!(code, 0, "{said}");
    assert!(joined(&said).contains("file handover.zip: the same bytes under another name, other.zip"), "{said}");
}

#[test]
fn what_differs_is_said_of_each_file() {
    let folder = example();
    let at = folder.path();
    verify(at, "handover.zip", &["--record", "r.json"]);
    let checked = |arguments: &[&str]| {
        let (code, said) = check(at, &[&["r.json"], arguments].concat());
        assert_eq!(code, 1, "{said}");
        assert!(said.starts_with("DIFFERENT: "), "{said}");
        joined(&said)
    };
    let keys = ["--keys", "public-keys"];
    // Another archive, and the right one not.
    let said = checked(&[&["tampered.zip"], keys.as_slice()].concat());
    assert!(
        said.contains("file handover.zip: missing (SHA-256 ") && said.contains("file tampered.zip: not in the record"),
        "{said}"
    );
    assert!(said.contains("verdict: passed recorded, failed here") && said.contains("report digest: "), "{said}");
    // One more.
    let said = checked(&[&["handover.zip", "tampered.zip"], keys.as_slice()].concat());
    assert!(said.contains("file tampered.zip: not in the record") && !said.contains("missing"), "{said}");
    // A key list less, and one with other bytes and the same keys: the report is the same, and the list is not.
    let said = checked(&["handover.zip", "--keys", "public-keys/us-east-1.json"]);
    assert!(said.contains("key list us-west-2.json: missing") && said.contains("report digest"), "{said}");
    let list = at.join("public-keys/us-west-2.json");
    let bytes = fs::read(&list).unwrap();
    fs::write(&list, [bytes.as_slice(), b"\n"].concat()).unwrap();
    let said = checked(&[&["handover.zip"], keys.as_slice()].concat());
    assert!(
        said.contains(&format!("key list us-west-2.json: another size: {} recorded, {} here", bytes.len(), bytes.len() + 1)),
        "{said}"
    );
    assert!(said.contains("1 difference from the record") && !said.contains("report digest"), "{said}");
    fs::write(&list, &bytes).unwrap();
    // One byte.
    let mut bytes = fs::read(at.join("handover.zip")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(at.join("handover.zip"), bytes).unwrap();
    let said = checked(&[&["handover.zip"], keys.as_slice()].concat());
    assert!(said.contains("file handover.zip: another SHA-256: ") && said.contains("report digest: "), "{said}");
}

#[test]
fn whoever_edits_a_record_is_noticed() {
    let folder = example();
    let at = folder.path();
    verify(at, "tampered.zip", &["--record", "r.json", "--record", "r.html"]);
    let edited = |name: &str, from: &str, to: &str| {
        let path = at.join(format!("edited.{name}"));
        let old = fs::read_to_string(at.join(format!("r.{name}"))).unwrap();
        assert!(old.contains(from), "{from}");
        fs::write(&path, old.replace(from, to)).unwrap();
        let (code, said) = check(at, &[path.to_str().unwrap(), "tampered.zip", "--keys", "public-keys"]);
        (code, joined(&said))
    };
    for (name, from, to, told) in [
        ("json", "\"overall\": \"failed\"", "\"overall\": \"passed\"", "verdict: passed recorded, failed here"),
        ("json", "\"sentence\": \"Failed", "\"sentence\": \"Passed", "sentence: not that of the report, which is: Failed for"),
        ("json", "\"exit_code\": 1", "\"exit_code\": 0", "axes or exit code: not those of the report"),
        ("json", "\"continuity\": \"failed\"", "\"continuity\": \"passed\"", "axes or exit code: not those of the report"),
        ("json", "\"enclosed\": \"none_enclosed\"", "\"enclosed\": \"same_keys\"", "'none enclosed' here"),
        ("json", "\"region\": \"us-west-2\"", "\"region\": \"us-west-9\"", "states other keys than are in it"),
        (
            "json",
            "\"size_bytes\": 1148820",
            "\"size_bytes\": 1",
            "file tampered.zip: the record states 1 bytes, and those with its SHA-256 are",
        ),
        ("json", "\"size_bytes\": 1212", "\"size_bytes\": 1", "key list us-east-1.json: the record states 1 bytes"),
        (
            "json",
            "\"name\": \"us-east-1.json\"",
            "\"name\": \"eu-west-9.json\"",
            "key list eu-west-9.json: the record states other keys",
        ),
        ("json", "{\n  \"schema\"", "{\n\n  \"schema\"", "the file is not what trailseal writes"),
        ("html", "<blockquote><p>Failed", "<blockquote><p>Passed", "what can be read on the page is not what trailseal writes"),
        ("html", "</footer>", "All was well.</footer>", "what can be read on the page is not what trailseal writes"),
    ] {
        let (code, said) = edited(name, from, to);
        assert_eq!(code, 1, "{to}: {said}");
        assert!(said.contains(told), "{to}: {said}");
    }
    // Of another version's page nobody can tell here what it should show.
    let (code, said) = edited("html", VERSION, "9.9.9");
    assert_eq!(code, 0, "the whole page follows from the data: {said}");
    let (code, said) = edited("html", &format!("\"version\":\"{VERSION}\""), "\"version\":\"9.9.9\"");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("NOT ALL CHECKED") && said.contains("it was made by trailseal 9.9.9"), "{said}");
    let (code, said) = edited("json", "\"json_depth\": 64", "\"json_depth\": 63");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("read within the limits of the record: json-depth=63"), "{said}");
    // Who wrote the record does not decide how much is read.
    let (code, said) = edited("json", "\"json_depth\": 64", "\"json_depth\": 65");
    assert!(code == 2 && said.contains("--limit json-depth=65"), "{said}");
    let (code, said) = edited("json", VERSION, "9.9.9");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Recorded by trailseal 9.9.9"), "{said}");
    // Another version's report may differ; then it is said whose it is.
    let record = fs::read_to_string(at.join("r.json")).unwrap();
    fs::write(at.join("old.json"), record.replace(VERSION, "9.9.9").replace("\"report_digest\": \"", "\"report_digest\": \"0"))
        .unwrap();
    let (code, said) = check(at, &["old.json", "tampered.zip", "--keys", "public-keys"]);
    assert_eq!(code, 1, "{said}");
    assert!(joined(&said).contains(&format!("the record was made by trailseal 9.9.9, and this is {VERSION}")), "{said}");
}

#[test]
fn what_is_no_record_is_two_and_says_why() {
    let folder = example();
    let at = folder.path();
    verify(at, "handover.zip", &["--record", "r.json", "--record", "r.html"]);
    let record = fs::read_to_string(at.join("r.json")).unwrap();
    let page = fs::read_to_string(at.join("r.html")).unwrap();
    for (content, told) in [
        (String::new(), "is no record"),
        ("{}".to_owned(), "is no record"),
        ("[".repeat(100_000), "is no record"),
        ("<html></html>".to_owned(), "no record is in this page"),
        (page[..page.len() - 30].to_owned(), "no record is in this page"),
        (record.replace("trailseal-record/1", "trailseal-record/2\\u001b[31m"), "its form is 'trailseal-record/2%1B[31m'"),
        (record.replace("\"evidence\": [", "\"evidences\": ["), "is no record"),
        (record.replace("\"notes\": {", "\"more\": 1, \"notes\": {"), "unknown field"),
        (record.replace("\"questions\": [\n", "\"questions\": [{\"accounts\":[\"x\"]},\n"), "twelve digits"),
        (record.replace("\"size_bytes\": 1158204", "\"size_bytes\": -1"), "is no record"),
    ] {
        fs::write(at.join("bad"), content).unwrap();
        let (code, said) = check(at, &["bad", "handover.zip", "--keys", "public-keys"]);
        assert_eq!(code, 2, "{told}: {said}");
        assert!(said.contains(told) && !said.contains('\u{1b}'), "{told}: {said}");
    }
    for arguments in [["r.json", "absent.zip"], ["absent.json", "handover.zip"], ["r.json", "-"], [".", "handover.zip"]] {
        let (code, said) = check(at, &arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
    }
}

#[test]
fn hostile_words_are_shown_inert() {
    let folder = example();
    let at = folder.path();
    let nasty = "</script><script>document.title='ran'</script>&\u{202e}gpj\u{1b}[31m";
    verify(
        at,
        "handover.zip",
        &["--record", "r.html", "--record", "r.json", "--by", nasty, "--exceptions", &format!("{nasty}\n{nasty}")],
    );
    let page = fs::read_to_string(at.join("r.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"));
    let (before, _) = page.split_once("<script type").unwrap();
    assert!(!before.contains('\u{202e}') && !before.contains('\u{1b}'));
    let (code, said) = check(at, &["r.html", "handover.zip", "--keys", "public-keys"]);
    assert_eq!(code, 0, "{said}");
    // The names in a record that somebody sent.
    let record = fs::read_to_string(at.join("r.json")).unwrap();
    let evil = record
        .replace("\"name\": \"handover.zip\"", "\"name\": \"x\\n\\nTHE SAME\\u001b[2J\\u202e\"")
        .replace("\"host\": \"", "\"host\": \"\\u001b\\n");
    fs::write(at.join("evil.json"), evil).unwrap();
    let (code, said) = check(at, &["evil.json", "tampered.zip", "--keys", "public-keys"]);
    assert_eq!(code, 1);
    assert!(
        !said.contains('\u{1b}') && !said.contains('\u{202e}') && !said.lines().any(|line| line.starts_with("THE SAME")),
        "{said}"
    );
}

#[test]
fn a_record_goes_nowhere_where_it_does_harm() {
    let folder = example();
    let at = folder.path();
    fs::create_dir(at.join("evidence")).unwrap();
    fs::rename(at.join("handover.zip"), at.join("evidence/handover.zip")).unwrap();
    fs::write(at.join("there.json"), "old").unwrap();
    for (options, told) in [
        (vec!["--record", "evidence/r.json"], "read as evidence"),
        (vec!["--record", "public-keys/r.html"], "read as evidence or keys"),
        (vec!["--record", "public-keys/us-east-1.json", "--overwrite"], "it lies in public-keys"),
        (vec!["--record", "there.json"], "--overwrite"),
        (vec!["--record", "r.txt"], "must end"),
        (vec!["--record", "r"], "must end"),
        (vec!["--record", "r.json", "-o", "./r.json"], "one file"),
        (vec!["--record", "r.json", "--record", "./r.json"], "one file"),
        (vec!["--by", "A. Auditor"], "--record"),
        (vec!["--overwrite"], "--record"),
    ] {
        let output = verify(at, "evidence", &options);
        assert_eq!(code(&output), 2, "{options:?}");
        assert!(text(&output.stderr).contains(told), "{options:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{options:?}: nothing was verified");
    }
    assert_eq!(fs::read_to_string(at.join("there.json")).unwrap(), "old");
    assert_eq!(code(&verify(at, "evidence", &["--record", "there.json", "--overwrite"])), 0);
    assert_eq!(code(&verify(at, "-", &["--record", "r.json"])), 2, "a stream is gone when it has been judged");
}

#[test]
fn a_key_list_that_the_sender_enclosed_is_told() {
    let folder = folder_of_files(&[b"a"]);
    let at = folder.path();
    let list = fs::read(docs().join("../test-vectors/example/public-keys/us-east-1.json")).unwrap();
    fs::create_dir(at.join("evidence/public-keys")).unwrap();
    fs::write(at.join("us-east-1.json"), &list).unwrap();
    let enclosed = |bytes: &[u8]| {
        fs::write(at.join("evidence/public-keys/theirs.json"), bytes).unwrap();
        run(at, &["verify", "evidence", "--keys", "us-east-1.json", "--record", "r.json", "--overwrite"]);
        read(at, "r.json")["keys"][0]["enclosed"].as_str().unwrap().to_owned()
    };
    assert_eq!(enclosed(&list), "same_bytes");
    assert_eq!(enclosed(&[list.as_slice(), b"\n"].concat()), "same_keys");
    assert_eq!(enclosed(b"{\"publicKeyList\":[]}"), "other_keys");
}

/// Whoever has standard tools gets the same hash of the list.
#[cfg(unix)]
#[test]
fn a_folder_is_the_hash_of_the_lines_of_sha256sum() {
    let names: [&[u8]; 7] = [b"b", b"a/z", b"a.b", b"a b", b"-r", "ü/line\nend".as_bytes(), b"back\\slash"];
    let folder = folder_of_files(&names);
    let at = folder.path();
    std::os::unix::fs::symlink("b", at.join("evidence/link")).unwrap();
    run(at, &["verify", "evidence", "--record", "r.json", "--record", "r.html"]);
    let record = read(at, "r.json");
    let command = "cd evidence && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 -r sha256sum -- | sha256sum";
    let page = fs::read_to_string(docs().join("record.md")).unwrap();
    assert!(page.contains(command), "docs/record.md says how");
    let list = Command::new("sh").args(["-c", command]).current_dir(at).output().unwrap();
    let evidence = &record["evidence"][0];
    assert_eq!(evidence["list_sha256"].as_str().unwrap(), &text(&list.stdout)[..64]);
    assert_eq!(evidence["file_count"], 7);
    let files: Vec<&str> =
        evidence["listing"]["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(files, ["-r", "a b", "a.b", "a/z", "b", "back\\slash", "ü/line%0Aend"]);
    assert_eq!(evidence["listing"]["not_hashed"][0], serde_json::json!({"name": "link", "what": "a link to b"}));
    // A record that lists the right files, and states another number or hash of all of them.
    let written = fs::read_to_string(at.join("r.json")).unwrap();
    for (from, to) in [
        ("\"file_count\": 7", "\"file_count\": 8"),
        ("\"list_sha256\": \"", "\"list_sha256\": \"0"),
        ("a link to b", "a link to c"),
    ] {
        fs::write(at.join("edited.json"), written.replace(from, to)).unwrap();
        assert_eq!(check(at, &["edited.json", "evidence"]).0, 1, "{to}");
    }
    // One file renamed, one changed, one gone, one more, and the link leads elsewhere.
    assert_eq!(check(at, &["r.html", "evidence"]).0, 0);
    fs::rename(at.join("evidence/b"), at.join("evidence/c")).unwrap();
    fs::write(at.join("evidence/a b"), "content of a c").unwrap();
    fs::remove_file(at.join("evidence/-r")).unwrap();
    fs::write(at.join("evidence/more"), "").unwrap();
    fs::remove_file(at.join("evidence/link")).unwrap();
    std::os::unix::fs::symlink("c", at.join("evidence/link")).unwrap();
    let (code, said) = check(at, &["r.json", "evidence"]);
    assert_eq!(code, 1, "{said}");
    for told in [
        "folder evidence, 7 files of ",
        "file b: the same bytes under another name, c",
        "file a b: another SHA-256",
        "file -r: missing",
        "file more: not in the record",
        "link: a link to b: recorded, not so here",
        "link: a link to c: so here, not recorded",
    ] {
        assert!(joined(&said).contains(told), "{told}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_page_of_very_many_files_holds_the_hash_of_the_list() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("evidence")).unwrap();
    for number in 0..10_001 {
        fs::write(at.join(format!("evidence/{number}.txt")), "").unwrap();
    }
    run(at, &["verify", "evidence", "--record", "r.json", "--record", "r.html"]);
    let page = fs::read_to_string(at.join("r.html")).unwrap();
    assert!(page.len() < 50_000 && page.contains("folder, 10,001 files, 0 bytes") && page.contains("a record in JSON lists each"));
    assert_eq!((check(at, &["r.html", "evidence"]).0, check(at, &["r.json", "evidence"]).0), (0, 0));
    fs::write(at.join("evidence/7.txt"), "x").unwrap();
    let (code, said) = check(at, &["r.html", "evidence"]);
    assert_eq!(code, 1);
    assert!(joined(&said).contains("folder evidence, 10001 files of 0 bytes: no folder here has the same list"), "{said}");
    let (_, said) = check(at, &["r.json", "evidence"]);
    assert!(joined(&said).contains("file 7.txt: another size: 0 recorded, 1 here"), "{said}");
}
