//! Go's regular expressions (the syntax of RE2, as OPA has it) in the words of Rust's crate. Both find the same leftmost
//! match in linear time; what differs is what a pattern may say and what classes hold: \d, \w, \s and \b are ASCII, a
//! brace that counts nothing is a brace, \Q…\E quotes, a class holds no set operations. What has no counterpart is an
//! error, never a guess.

pub struct Translated {
    pub pattern: String,
    /// The names of its groups, by number.
    pub names: Vec<Option<String>>,
}

const REPEATS_MAX: u64 = 1000;
const NOTHING: &str = "[^\\x{0}-\\x{10FFFF}]";

/// What a repetition after it would repeat.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    Item,
    Repetition,
    Flags,
}

/// A group that is open: what stood before it, and how often the items in it repeat at most.
struct Open {
    repeats: u64,
}

struct Reader<'a> {
    whole: &'a str,
    at: usize,
    out: String,
    names: Vec<Option<String>>,
    open: Vec<Open>,
    last: Last,
    /// How often the last item's parts repeat, and the most of any item of this group.
    item_repeats: u64,
    most: u64,
}

type Read<T> = Result<T, String>;

pub fn translate(pattern: &str) -> Read<Translated> {
    let mut reader = Reader {
        whole: pattern,
        at: 0,
        out: String::with_capacity(pattern.len() * 2),
        names: vec![None],
        open: Vec::new(),
        last: Last::Nothing,
        item_repeats: 1,
        most: 1,
    };
    while let Some(c) = reader.peek() {
        reader.step(c)?;
    }
    match reader.open.is_empty() {
        true => Ok(Translated { pattern: reader.out, names: reader.names }),
        false => Err("missing closing )".to_string()),
    }
}

/// Text that stands for itself in Go's syntax.
pub fn quoted(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// The names that `$name` in a replacement may have, of letters, digits and underscores.
pub fn is_name_letter(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.whole[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.at += text.len();
        }
        there
    }

    fn item(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Last::Item;
        self.item_repeats = 1;
    }

    fn literal(&mut self, code: u32) {
        match char::from_u32(code) {
            Some(c) => self.item(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            None => self.item(NOTHING), // a surrogate; no text has one
        }
    }

    fn step(&mut self, c: char) -> Read<()> {
        match c {
            '(' => return self.group(),
            ')' => return self.close(),
            '[' => {
                let class = self.class()?;
                self.item(&class);
            }
            '*' | '+' | '?' => {
                self.at += 1;
                return self.repeat(&c.to_string(), None);
            }
            '{' => return self.braces(),
            '\\' => return self.backslash(),
            '|' => {
                self.at += 1;
                self.out.push('|');
                self.last = Last::Nothing;
            }
            '.' | '^' | '$' => {
                self.at += 1;
                self.item(&c.to_string());
            }
            _ => {
                self.at += c.len_utf8();
                self.literal(c as u32);
            }
        }
        Ok(())
    }

    fn repeat(&mut self, text: &str, counts: Option<(u64, Option<u64>)>) -> Read<()> {
        match self.last {
            Last::Nothing => return Err(format!("missing argument to repetition operator {text}")),
            Last::Repetition => return Err(format!("invalid nested repetition operator {text}")),
            Last::Flags => return Err(format!("a repetition operator {text} after flags is not supported")),
            Last::Item => {}
        }
        self.out.push_str(text);
        if self.skip("?") {
            self.out.push('?');
        }
        if let Some((least, most)) = counts {
            self.item_repeats = self.item_repeats.saturating_mul(most.unwrap_or(least));
            if (least >= 2 || most.is_some_and(|n| n >= 2)) && self.item_repeats > REPEATS_MAX {
                return Err("invalid repeat count".to_string());
            }
        }
        self.most = self.most.max(self.item_repeats);
        self.last = Last::Repetition;
        Ok(())
    }

    /// Digits as a number; none when there are none or zeros lead them.
    fn integer(&mut self) -> Option<u64> {
        let digits: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
        if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
            return None;
        }
        self.at += digits.len();
        Some(digits.parse().unwrap_or(u64::MAX))
    }

    /// {2}, {2,} or {2,3}; any other brace is one.
    fn braces(&mut self) -> Read<()> {
        let from = self.at;
        self.at += 1;
        let counts = self.integer().and_then(|least| {
            let most = match self.skip(",") {
                false => Some(least),
                true if self.rest().starts_with('}') => None,
                true => Some(self.integer()?),
            };
            self.skip("}").then_some((least, most))
        });
        let Some((least, most)) = counts else {
            self.at = from + 1;
            self.literal('{' as u32);
            return Ok(());
        };
        if least > REPEATS_MAX || most.is_some_and(|n| n > REPEATS_MAX || n < least) {
            return Err("invalid repeat count".to_string());
        }
        let text = self.whole[from..self.at].to_string();
        self.repeat(&text, Some((least, most)))
    }

    fn enter(&mut self, text: &str) {
        self.out.push_str(text);
        self.open.push(Open { repeats: self.most });
        self.most = 1;
        self.last = Last::Nothing;
    }

    fn close(&mut self) -> Read<()> {
        self.at += 1;
        let Some(open) = self.open.pop() else { return Err("unexpected )".to_string()) };
        self.out.push(')');
        self.last = Last::Item;
        self.item_repeats = self.most;
        self.most = self.most.max(open.repeats);
        Ok(())
    }

    fn group(&mut self) -> Read<()> {
        self.at += 1;
        if !self.skip("?") {
            self.names.push(None);
            self.enter("(");
            return Ok(());
        }
        if self.skip("P<") || self.skip("<") {
            let end = self.rest().find('>').ok_or("invalid named capture")?;
            let name = self.rest()[..end].to_string();
            let plain = !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
            if !plain {
                return Err("invalid named capture".to_string());
            }
            self.at += end + 1;
            self.names.push(Some(name));
            self.enter("(");
            return Ok(());
        }
        self.flags()
    }

    /// After `(?`: flags that hold from here on, or for a group.
    fn flags(&mut self) -> Read<()> {
        let mut flags: Vec<(char, bool)> = Vec::new();
        let (mut on, mut seen) = (true, true);
        loop {
            match self.next() {
                Some(c @ ('i' | 'm' | 's' | 'U')) => {
                    flags.retain(|(known, _)| *known != c);
                    flags.push((c, on));
                    seen = true;
                }
                Some('-') if on => (on, seen) = (false, false),
                Some(end @ (':' | ')')) if seen => {
                    let of = |wanted: bool| -> String {
                        flags.iter().filter(|(_, on)| *on == wanted).map(|(c, _)| *c).collect()
                    };
                    let off = of(false);
                    let text = format!("(?{}{}{off}", of(true), if off.is_empty() { "" } else { "-" });
                    if end == ':' {
                        self.enter(&format!("{text}:"));
                    } else if !flags.is_empty() {
                        self.out.push_str(&format!("{text})"));
                        self.last = Last::Flags;
                    }
                    return Ok(());
                }
                _ => return Err("invalid or unsupported Perl syntax after (?".to_string()),
            }
        }
    }

    fn backslash(&mut self) -> Read<()> {
        for (escape, text) in [("\\A", "\\A"), ("\\z", "\\z"), ("\\b", "(?-u:\\b)"), ("\\B", "(?-u:\\B)")] {
            if self.skip(escape) {
                self.item(text);
                return Ok(());
            }
        }
        if self.skip("\\Q") {
            let length = self.rest().find("\\E").unwrap_or(self.rest().len());
            let quoted = self.rest()[..length].to_string();
            self.at += length;
            self.skip("\\E");
            quoted.chars().for_each(|c| self.literal(c as u32));
            return Ok(());
        }
        if let Some(class) = self.class_escape()? {
            self.item(&format!("[{class}]"));
            return Ok(());
        }
        let code = self.escape()?;
        self.literal(code);
        Ok(())
    }

    /// \d, \pL and the like, as part of a class.
    fn class_escape(&mut self) -> Read<Option<String>> {
        for (escape, class) in PERL {
            if self.skip(escape) {
                return Ok(Some(class.to_string()));
            }
        }
        match self.rest().as_bytes() {
            [b'\\', b'p' | b'P', ..] => self.unicode_class().map(Some),
            _ => Ok(None),
        }
    }

    fn unicode_class(&mut self) -> Read<String> {
        self.at += 1;
        let mut negated = self.next() == Some('P');
        let mut name = match self.next() {
            Some('{') => {
                let end = self.rest().find('}').ok_or("invalid character class range")?;
                let name = self.rest()[..end].to_string();
                self.at += end + 1;
                name
            }
            Some(c) => c.to_string(),
            None => return Err("invalid character class range".to_string()),
        };
        if let Some(rest) = name.strip_prefix('^') {
            (negated, name) = (!negated, rest.to_string());
        }
        let wrong = || Err(format!("unknown class \\p{{{name}}}"));
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b)) {
            return wrong();
        }
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let spelled = match plain.as_str() {
            "any" | "ascii" | "assigned" => vec![plain.clone()],
            short if short.len() == 4 && regex::Regex::new(&format!("\\p{{sc={short}}}")).is_ok() => {
                if !SCRIPTS_OF_FOUR.contains(&short) {
                    return wrong();
                }
                vec![format!("sc={plain}")]
            }
            _ => vec![format!("gc={plain}"), format!("sc={plain}")],
        };
        let letter = if negated { 'P' } else { 'p' };
        let made = spelled.into_iter().map(|name| format!("\\{letter}{{{name}}}"));
        match made.into_iter().find(|class| regex::Regex::new(class).is_ok()) {
            Some(class) => Ok(class),
            None => wrong(),
        }
    }

    /// One character after a backslash.
    fn escape(&mut self) -> Read<u32> {
        self.at += 1;
        let wrong = |c: char| Err(format!("invalid escape sequence \\{c}"));
        let Some(c) = self.next() else { return Err("trailing backslash at end of expression".to_string()) };
        match c {
            '0'..='7' => {
                let more: String =
                    self.rest().chars().take(2).take_while(|d| ('0'..='7').contains(d)).collect();
                if c != '0' && more.is_empty() {
                    return wrong(c); // a back reference
                }
                self.at += more.len();
                u32::from_str_radix(&format!("{c}{more}"), 8).or(wrong(c))
            }
            'x' => self.hexadecimal(),
            'a' => Ok(7),
            'f' => Ok(12),
            'n' => Ok(10),
            'r' => Ok(13),
            't' => Ok(9),
            'v' => Ok(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c as u32),
            c => wrong(c),
        }
    }

    fn hexadecimal(&mut self) -> Read<u32> {
        let digits = if self.skip("{") {
            let end = self.rest().find('}').ok_or("invalid escape sequence \\x{")?;
            let digits = self.rest()[..end].to_string();
            self.at += end + 1;
            digits
        } else {
            let digits: String = self.rest().chars().take(2).collect();
            self.at += digits.len();
            if digits.chars().count() < 2 {
                return Err("invalid escape sequence \\x".to_string());
            }
            digits
        };
        let hexadecimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let significant = digits.trim_start_matches('0');
        match u32::from_str_radix(if significant.is_empty() { "0" } else { significant }, 16) {
            Ok(code) if hexadecimal && code <= 0x10FFFF => Ok(code),
            _ => Err(format!("invalid escape sequence \\x{digits}")),
        }
    }

    fn class(&mut self) -> Read<String> {
        const MISSING: &str = "missing closing ]";
        self.at += 1;
        let negated = self.skip("^");
        let (mut items, mut first) = (String::new(), true);
        loop {
            match self.peek() {
                None => return Err(MISSING.to_string()),
                Some(']') if !first => break,
                _ => first = false,
            }
            if self.rest().starts_with("[:") {
                if let Some(length) = self.rest()[2..].find(":]") {
                    items.push_str(posix(&self.rest()[..length + 4])?);
                    self.at += length + 4;
                    continue;
                }
            }
            if let Some(class) = self.class_escape()? {
                items.push_str(&class);
                continue;
            }
            let low = self.class_character()?;
            let ranged =
                self.rest().starts_with('-') && self.rest()[1..].chars().next().is_some_and(|c| c != ']');
            let high = if ranged {
                self.at += 1;
                self.class_character()?
            } else {
                low
            };
            if high < low {
                return Err("invalid character class range".to_string());
            }
            push_range(&mut items, low, high);
        }
        self.at += 1;
        Ok(match (items.is_empty(), negated) {
            (true, false) => NOTHING.to_string(),
            (true, true) => "[\\x{0}-\\x{10FFFF}]".to_string(),
            (false, _) => format!("[{}{items}]", if negated { "^" } else { "" }),
        })
    }

    fn class_character(&mut self) -> Read<u32> {
        match self.peek() {
            Some('\\') => self.escape(),
            Some(c) => {
                self.at += c.len_utf8();
                Ok(c as u32)
            }
            None => Err("missing closing ]".to_string()),
        }
    }
}

/// A range of a class without the surrogates, which no text has.
fn push_range(items: &mut String, low: u32, high: u32) {
    let low = if (0xD800..0xE000).contains(&low) { 0xE000 } else { low };
    let high = if (0xD800..0xE000).contains(&high) { 0xD7FF } else { high };
    if low <= high {
        items.push_str(&format!("\\x{{{low:X}}}-\\x{{{high:X}}}"));
    }
}

/// Scripts whose whole name has four letters; Go does not have the short names.
const SCRIPTS_OF_FOUR: [&str; 9] = ["ahom", "cham", "kawi", "lisu", "miao", "modi", "newa", "thai", "toto"];

/// Classes of one letter, as items of a class.
const PERL: [(&str, &str); 6] = [
    ("\\d", "0-9"),
    ("\\D", "[^0-9]"),
    ("\\s", "\\t\\n\\f\\r\\x20"),
    ("\\S", "[^\\t\\n\\f\\r\\x20]"),
    ("\\w", "0-9A-Za-z_"),
    ("\\W", "[^0-9A-Za-z_]"),
];

const POSIX: [(&str, &str, &str); 14] = [
    ("alnum", "0-9A-Za-z", "[^0-9A-Za-z]"),
    ("alpha", "A-Za-z", "[^A-Za-z]"),
    ("ascii", "\\x{0}-\\x{7F}", "[^\\x{0}-\\x{7F}]"),
    ("blank", "\\t\\x20", "[^\\t\\x20]"),
    ("cntrl", "\\x{0}-\\x{1F}\\x{7F}", "[^\\x{0}-\\x{1F}\\x{7F}]"),
    ("digit", "0-9", "[^0-9]"),
    ("graph", "\\x21-\\x7E", "[^\\x21-\\x7E]"),
    ("lower", "a-z", "[^a-z]"),
    ("print", "\\x20-\\x7E", "[^\\x20-\\x7E]"),
    (
        "punct",
        "\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E",
        "[^\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E]",
    ),
    ("space", "\\x09-\\x0D\\x20", "[^\\x09-\\x0D\\x20]"),
    ("upper", "A-Z", "[^A-Z]"),
    ("word", "0-9A-Za-z_", "[^0-9A-Za-z_]"),
    ("xdigit", "0-9A-Fa-f", "[^0-9A-Fa-f]"),
];

/// [:alpha:] or [:^alpha:].
fn posix(spelled: &str) -> Read<&'static str> {
    let name = &spelled[2..spelled.len() - 2];
    let (negated, name) = match name.strip_prefix('^') {
        Some(name) => (true, name),
        None => (false, name),
    };
    match POSIX.iter().find(|(known, _, _)| *known == name) {
        Some((_, class, without)) => Ok(if negated { without } else { class }),
        None => Err(format!("invalid character class range {spelled}")),
    }
}
