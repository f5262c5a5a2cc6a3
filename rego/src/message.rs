//! Errors of regorus as one line: `FILE:LINE:COLUMN: what is wrong`. regorus draws the line with a caret under it.

/// `--> file:line:column … error: text`, folded; text of another form stays as it is, on one line.
pub fn one_line(text: &str) -> String {
    let place = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
    let said = text.rsplit_once("\nerror: ").map(|(_, said)| said);
    let folded = match (place, said) {
        (Some(place), Some(said)) => format!("{}: {}", place.trim(), said),
        _ => text.to_string(),
    };
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
