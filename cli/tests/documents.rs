//! The pages about reports: two are generated here, and the examples in another are what the command prints.
//!
//! `UPDATE_DOCUMENTS=1 cargo test -p trailseal-cli --test documents` writes the generated pages.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use trailseal::Table;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn settle(name: &str, page: &str) {
    let path = docs().join(name);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(&path, page).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/{name} is stale: UPDATE_DOCUMENTS=1 cargo test -p trailseal-cli --test documents");
}

#[test]
fn tables_are_described_as_they_are_declared() {
    let mut page = String::from(
        "# The tables of a report\n\nGenerated from `core/src/forms/table.rs`. `trailseal verify … --format csv --table NAME` writes one of them;\n\
         [reports.md](reports.md#csv) says how. Cells may be empty where there is nothing to say.\n",
    );
    for table in Table::ALL {
        writeln!(page, "\n## {}\n\n| column | type | meaning |\n|---|---|---|", table.name()).unwrap();
        for column in table.columns() {
            writeln!(page, "| `{}` | {} | {} |", column.name, column.holds.name(), column.means).unwrap();
        }
    }
    settle("tables.md", &page);
}

#[test]
fn the_report_is_described_as_its_schema_has_it() {
    let schema: Value = serde_json::from_slice(&fs::read(docs().join("report.v2.schema.json")).unwrap()).unwrap();
    let mut page = String::from(
        "# The canonical report, field by field\n\nGenerated from [report.v2.schema.json](report.v2.schema.json), which is generated from \
         the types. The report is JSON by RFC 8785\n(sorted keys, no blanks), so that the same archive, keys and question give the same bytes \
         everywhere; the SHA-256 of these bytes, without\na line feed at the end, is the report digest. It holds facts and no prose: sentences, answers and commands are made from it (`--format words`), and \
         belong to no digest. Within\nversion 2 fields, codes and reasons may be added, and none is renamed or removed. Fields that are not always there say so.\n",
    );
    section(&mut page, "Report", &schema);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        section(&mut page, name, definition);
    }
    settle("report-format.md", &page);
}

/// The specification works out a whole report, which is that of a vector.
#[test]
fn the_worked_report_is_that_of_the_vector() {
    const BEGIN: &str = "<!-- worked report -->\n";
    const END: &str = "<!-- end of the worked report -->";
    let vectors = docs().join("../test-vectors");
    let index: Value = serde_json::from_slice(&fs::read(vectors.join("index.json")).unwrap()).unwrap();
    let vector = index["vectors"].as_array().unwrap().iter().find(|vector| vector["id"] == "baseline/one-digest").unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let scope = folder.path().join("scope.json");
    fs::write(&scope, vector["scope"].to_string()).unwrap();
    let file = |field: &str| vectors.join(vector[field][0].as_str().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal"));
    command.arg("verify").arg(file("archives")).arg("--keys").arg(file("keys")).arg("--scope").arg(scope);
    let report = String::from_utf8(command.args(["--format", "json"]).output().unwrap().stdout).unwrap();
    let page = fs::read_to_string(docs().join("specification.md")).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let digest = vector["expected"]["report_digest"].as_str().unwrap();
    let worked = format!("\n```json\n{}\n```\n\nIts digest is `{digest}`.\n\n", report.trim_end());
    settle("specification.md", &[before, BEGIN, &worked, END, after].concat());
}

fn section(page: &mut String, name: &str, definition: &Value) {
    writeln!(page, "\n## {name}\n\n{}", words(definition)).unwrap();
    if matches!(name, "Code" | "Reason") {
        // They are on pages of their own, to which their descriptions lead.
    } else if let Some(values) = definition["oneOf"].as_array() {
        writeln!(page, "\n| value | meaning |\n|---|---|").unwrap();
        for value in values {
            writeln!(page, "| `{}` | {} |", value["const"].as_str().unwrap(), words(value)).unwrap();
        }
    } else if let Some(fields) = definition["properties"].as_object() {
        let required = |name: &str| definition["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        writeln!(page, "\n| field | type | there | meaning |\n|---|---|---|---|").unwrap();
        for (name, field) in fields {
            let there = if required(name) { "always" } else { "if it applies" };
            writeln!(page, "| `{name}` | {} | {there} | {} |", form(field), words(field)).unwrap();
        }
    }
}

/// A description; links into the code's own documentation lead nowhere from a page, so only their text is kept.
fn words(value: &Value) -> String {
    let text = value["description"].as_str().unwrap_or_default().replace('|', "\\|").replace('\n', " ");
    let mut parts = text.split("](crate::");
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let begin = words.rfind('[').unwrap();
        words.remove(begin);
        words.push_str(part.split_once(')').unwrap().1);
    }
    words
}

/// A field's type, with a link to the section about it.
fn form(field: &Value) -> String {
    if let Some(name) = field["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(one) = field["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"] != "null")) {
        return form(one);
    }
    if field["items"].is_object() {
        return format!("list of {}", form(&field["items"]));
    }
    if field["additionalProperties"].is_object() {
        return format!("map to {}", form(&field["additionalProperties"]));
    }
    match &field["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap().to_owned(),
        other => panic!("{other}: {field}"),
    }
}

/// Commands in a `sh` block that begins with `trailseal`, and the block after it: its lines stand in the output in that order, and
/// `…` stands for what is left out, of lines and at the end of a line.
#[test]
fn the_examples_of_reports_are_what_is_printed() {
    let page = fs::read_to_string(docs().join("reports.md")).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    copy(&docs().join("../test-vectors/example"), folder.path());
    let mut blocks = page.split("\n```").skip(1).step_by(2).peekable();
    let mut examples = 0;
    while let Some(block) = blocks.next() {
        let (language, commands) = block.split_once('\n').unwrap();
        if language != "sh" || !commands.starts_with("trailseal ") {
            continue;
        }
        let (_, shown) = blocks.peek().unwrap_or_else(|| panic!("{commands} has no output")).split_once('\n').unwrap();
        let output: String = commands.replace("\\\n", " ").lines().map(|command| printed(command, folder.path())).collect();
        let mut rest = output.lines();
        for line in shown.lines().filter(|line| *line != "…") {
            let begin = line.strip_suffix('…');
            let found = rest.any(|printed| begin.map_or(printed == line, |begin| printed.starts_with(begin)));
            assert!(found, "docs/reports.md: {commands}\nprints no line, or not in this order:\n{line}\nit prints:\n{output}");
        }
        examples += 1;
    }
    assert!(examples >= 5, "only {examples} examples were found");
}

fn printed(command: &str, folder: &Path) -> String {
    let arguments = command.strip_prefix("trailseal ").unwrap_or_else(|| panic!("no command of ours: {command}"));
    let output =
        Command::new(env!("CARGO_BIN_EXE_trailseal")).args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy_of = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&copy_of).unwrap();
            copy(&path, &copy_of);
        } else {
            fs::copy(&path, copy_of).unwrap();
        }
    }
}
