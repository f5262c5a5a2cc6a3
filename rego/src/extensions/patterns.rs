//! Patterns that stand in a policy's text are read when it is loaded: one that says nothing would never fire.
use super::{globs, regexes};

/// Why the constant operand `at` of a builtin is no pattern that it can read.
pub fn wrong_pattern(builtin: &str, at: usize, text: &str) -> Option<String> {
    let wrong = match (builtin, at) {
        ("regex.match" | "regex.find_n" | "regex.split" | "regex.find_all_string_submatch_n", 0)
        | ("regex.replace", 1) => regexes::compiled(text).err()?,
        ("glob.match", 0) => globs::compiled(text, "").err()?,
        _ => return None,
    };
    Some(match wrong {
        regexes::Wrong::TooLarge => "the pattern is larger than 100 KiB once compiled".to_string(),
        regexes::Wrong::Invalid(why) => format!("operand {} of {builtin} is no pattern: {why}", at + 1),
    })
}
