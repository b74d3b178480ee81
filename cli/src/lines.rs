//! Words and commands in lines.

/// How words are broken: at blanks only. Names and hashes stay whole, so that they can be copied.
pub(crate) fn wrapping(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
}

/// Words in lines, the first of which begins with `first`, and each other one with `others`.
pub(crate) fn wrapped(words: &str, width: usize, first: &str, others: &str) -> Vec<String> {
    let lines = textwrap::wrap(words, wrapping(width).initial_indent(first).subsequent_indent(others));
    lines.into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// A command in lines that a shell reads as one. It is broken before its options only, so that nothing within quotes is.
pub(crate) fn command(command: &str, width: usize) -> Vec<String> {
    const MARGIN: &str = "    ";
    const END: &str = " \\";
    let mut lines: Vec<String> = Vec::new();
    for (number, part) in command.split(" --").enumerate() {
        let part = if number == 0 { part.to_owned() } else { format!("--{part}") };
        match lines.last_mut() {
            Some(line) if line.len() + part.len() + 1 + END.len() <= width => *line = format!("{line} {part}"),
            Some(_) => lines.push(format!("{MARGIN}{part}")),
            None => lines.push(part),
        }
    }
    let last = lines.len().saturating_sub(1);
    lines.iter_mut().take(last).for_each(|line| line.push_str(END));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_broken_before_options_and_stays_one() {
        let whole = "aws s3 cp a b --recursive --exclude '*' --include 'x/*' > c.json";
        assert_eq!(command(whole, 80), [whole]);
        let lines = command(whole, 30);
        assert_eq!(lines, ["aws s3 cp a b --recursive \\", "    --exclude '*' \\", "    --include 'x/*' > c.json"]);
        assert_eq!(lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect::<Vec<_>>().join(" "), whole);
    }
}
