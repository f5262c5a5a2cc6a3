//! sprintf as Go's fmt does it for what OPA hands it: integers, floats, and texts (every other value is its text).
//! Flags `+-# 0`, width, precision, `*` and argument numbers `[n]`; what does not fit is said inside the text, as by Go.
use super::{within, Answer, RESULT_BYTES_MAX};
use crate::json;
use num_bigint::BigInt;
use regorus::Value;
use std::str::FromStr;

const WIDTH_MAX: i64 = 1_000_000; // Go's own bound

enum Argument {
    Integer(BigInt),
    Float(f64),
    Text(String),
}

#[derive(Default)]
struct Spec {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn argument_of(value: &Value) -> Argument {
    match value {
        Value::Number(n) => match (BigInt::from_str(&n.format_decimal()), n.as_f64()) {
            (Ok(integer), Some(float)) if written_as_float(&integer, &n.format_scientific()) => {
                Argument::Float(float)
            }
            (Ok(integer), _) => Argument::Integer(integer),
            (_, Some(float)) => Argument::Float(float),
            _ => Argument::Text(n.format_decimal()),
        },
        Value::String(text) => Argument::Text(text.to_string()),
        other => Argument::Text(term(other)),
    }
}

/// regorus keeps 100.0 as a float; only its scientific form ("1e2", where an integer's is "1.00e2") tells.
fn written_as_float(integer: &BigInt, scientific: &str) -> bool {
    let digits = integer.magnitude().to_string();
    digits.len() > 1
        && digits.ends_with('0')
        && !scientific.split('e').next().unwrap_or_default().ends_with('0')
}

/// A value as OPA prints terms: a space after each comma and colon, sets in braces.
pub fn term(value: &Value) -> String {
    let joined = |items: Vec<String>| items.join(", ");
    match value {
        Value::Array(items) => format!("[{}]", joined(items.iter().map(term).collect())),
        Value::Set(items) if items.is_empty() => "set()".to_string(),
        Value::Set(items) => {
            format!("{{{}}}", joined(json::sorted(items.iter()).into_iter().map(term).collect()))
        }
        Value::Object(members) => {
            let parts = json::entries(members).into_iter().map(|(k, v)| format!("{}: {}", term(k), term(v)));
            format!("{{{}}}", joined(parts.collect()))
        }
        Value::String(text) => quoted(text, false),
        other => json::text(other),
    }
}

/// Go's strconv.Quote.
fn quoted(text: &str, ascii: bool) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            c => push_escaped(&mut out, c, ascii),
        }
    }
    out.push('"');
    out
}

fn push_escaped(out: &mut String, c: char, ascii: bool) {
    let code = c as u32;
    let printable = !c.is_control() && !c.escape_debug().to_string().starts_with("\\u{");
    match c {
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        _ if (printable || c == ' ') && (!ascii || c.is_ascii()) => out.push(c),
        _ if code < 0x80 => out.push_str(&format!("\\x{code:02x}")),
        _ if code < 0x10000 => out.push_str(&format!("\\u{code:04x}")),
        _ => out.push_str(&format!("\\U{code:08x}")),
    }
}

impl Spec {
    fn padded(&self, text: String) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        match (self.minus, self.zero) {
            (true, _) => text + &" ".repeat(missing),
            (false, true) => "0".repeat(missing) + &text,
            (false, false) => " ".repeat(missing) + &text,
        }
    }

    fn with_spaces(&self, text: String) -> String {
        Spec { width: self.width, minus: self.minus, ..Spec::default() }.padded(text)
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn integer(&self, n: &BigInt, radix: u32, verb: char) -> String {
        let negative = n.sign() == num_bigint::Sign::Minus;
        let sign = self.sign(negative);
        let mut digits = n.magnitude().to_str_radix(radix);
        let least = match (self.precision, self.width) {
            (Some(0), _) if digits == "0" => return self.with_spaces(String::new()),
            (Some(precision), _) => precision,
            (None, Some(width)) if self.zero && !self.minus => width.saturating_sub(sign.len()),
            _ => 0,
        };
        digits = "0".repeat(least.saturating_sub(digits.len())) + &digits;
        let prefix = match (verb, self.sharp) {
            ('O', _) => "0o",
            ('b', true) => "0b",
            ('o', true) if !digits.starts_with('0') => "0",
            ('x', true) => "0x",
            ('X', true) => "0X",
            _ => "",
        };
        if verb == 'X' {
            digits = digits.to_uppercase();
        }
        self.with_spaces(format!("{sign}{prefix}{digits}"))
    }

    fn float(&self, f: f64, verb: char) -> String {
        let sign = self.sign(f.is_sign_negative());
        let digits = float_digits(f.abs(), verb, self.precision, self.sharp);
        if self.zero && !self.minus {
            let missing = self.width.unwrap_or(0).saturating_sub(digits.len() + sign.len());
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        self.with_spaces(format!("{sign}{digits}"))
    }

    fn hex_of_text(&self, text: &str, verb: char) -> String {
        let bytes = text.as_bytes();
        let bytes = &bytes[..self.precision.unwrap_or(bytes.len()).min(bytes.len())];
        let pairs = bytes.iter().map(|b| if verb == 'x' { format!("{b:02x}") } else { format!("{b:02X}") });
        let prefix = if self.sharp { format!("0{verb}") } else { String::new() };
        let pairs: Vec<String> = pairs.collect();
        let text = match (self.space, self.sharp) {
            (true, true) => pairs.iter().map(|p| format!("{prefix}{p}")).collect::<Vec<_>>().join(" "),
            (true, false) => pairs.join(" "),
            (false, _) if pairs.is_empty() => String::new(),
            (false, _) => format!("{prefix}{}", pairs.concat()),
        };
        self.padded(text)
    }
}

fn float_digits(f: f64, verb: char, precision: Option<usize>, sharp: bool) -> String {
    let text = match verb {
        'e' | 'E' => json::exponent_form(&format!("{f:.*e}", precision.unwrap_or(6))),
        'f' | 'F' => format!("{f:.*}", precision.unwrap_or(6)),
        _ => general_digits(f, precision, sharp),
    };
    if matches!(verb, 'E' | 'G') {
        text.to_uppercase()
    } else {
        text
    }
}

/// %g: the shortest digits, or as many as the precision says; an exponent when it is below -4 or too large.
fn general_digits(f: f64, precision: Option<usize>, sharp: bool) -> String {
    let text = match precision {
        None => format!("{f:e}"),
        Some(p) => format!("{f:.*e}", p.max(1) - 1),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let mantissa = if sharp || !mantissa.contains('.') {
        mantissa
    } else {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count() as i64;
    let largest = match precision {
        None => 6,
        Some(p) if p as i64 > digits && digits > exponent => digits,
        Some(p) => p.max(1) as i64,
    };
    if exponent < -4 || exponent >= largest {
        return json::exponent_form(&format!("{mantissa}e{exponent}"));
    }
    let decimals = (digits - 1 - exponent).max(0) as usize;
    format!("{f:.decimals$}")
}

/// The text of one verb and its argument.
fn formatted(spec: &Spec, verb: char, argument: &Argument) -> String {
    match (argument, verb) {
        (Argument::Integer(n), 'd' | 'v') => spec.integer(n, 10, verb),
        (Argument::Integer(n), 's') if i64::try_from(n).is_err() => spec.integer(n, 10, verb),
        (Argument::Integer(n), 'b') => spec.integer(n, 2, verb),
        (Argument::Integer(n), 'o' | 'O') => spec.integer(n, 8, verb),
        (Argument::Integer(n), 'x' | 'X') => spec.integer(n, 16, verb),
        (Argument::Integer(n), 'c') => spec.padded(character(n).to_string()),
        (Argument::Integer(n), 'q') => spec.padded(quoted_character(character(n), spec.plus)),
        (Argument::Integer(n), 'U') => {
            spec.with_spaces(format!("U+{:0>4}", n.to_str_radix(16).to_uppercase()))
        }
        (Argument::Float(f), 'e' | 'E' | 'f' | 'F' | 'g' | 'G') => spec.float(*f, verb),
        (Argument::Float(f), 'v') => spec.float(*f, 'g'),
        (Argument::Text(text), 's' | 'v') if !(verb == 'v' && spec.sharp) => {
            spec.padded(text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect())
        }
        (Argument::Text(text), 'q' | 'v') => {
            let cut: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
            let plain = spec.sharp
                && verb == 'q'
                && !cut.contains('`')
                && !cut.chars().any(|c| c.is_control() && c != '\t');
            spec.padded(if plain { format!("`{cut}`") } else { quoted(&cut, spec.plus) })
        }
        (Argument::Text(text), 'x' | 'X') => spec.hex_of_text(text, verb),
        (_, 'T') => spec.padded(type_of(argument).to_string()),
        _ => format!("%!{verb}({}={})", type_of(argument), plain(argument)),
    }
}

fn character(n: &BigInt) -> char {
    u32::try_from(n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

fn quoted_character(c: char, ascii: bool) -> String {
    let mut out = String::from("'");
    match c {
        '\'' => out.push_str("\\'"),
        c => push_escaped(&mut out, c, ascii),
    }
    out.push('\'');
    out
}

fn type_of(argument: &Argument) -> &'static str {
    match argument {
        Argument::Integer(n) if i64::try_from(n).is_ok() => "int64",
        Argument::Integer(_) => "*big.Int",
        Argument::Float(_) => "float64",
        Argument::Text(_) => "string",
    }
}

fn plain(argument: &Argument) -> String {
    formatted(&Spec::default(), 'v', argument)
}

/// The state of one call: the format as characters, where it is read, and which argument is next.
struct Reader<'a> {
    format: Vec<char>,
    at: usize,
    arguments: &'a [Argument],
    next: usize,
    reordered: bool,
    bad_index: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.format.get(self.at).copied()
    }

    fn flags(&mut self, spec: &mut Spec) {
        while let Some(c) = self.peek() {
            match c {
                '+' => spec.plus = true,
                '-' => spec.minus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<i64> {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.format[from..self.at].iter().collect();
        if digits.is_empty() {
            None
        } else {
            Some(digits.parse().unwrap_or(i64::MAX))
        }
    }

    /// `[n]`: which argument is next.
    fn index(&mut self) {
        if self.peek() != Some('[') {
            return;
        }
        self.reordered = true;
        let Some(end) = self.format[self.at..].iter().position(|c| *c == ']') else {
            self.bad_index = true;
            self.at += 1;
            return;
        };
        let inside: String = self.format[self.at + 1..self.at + end].iter().collect();
        self.at += end + 1;
        match inside.parse::<usize>() {
            Ok(n) if n >= 1 && n <= self.arguments.len() => self.next = n - 1,
            _ => self.bad_index = true,
        }
    }

    fn star(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next);
        self.next += 1;
        match argument {
            Some(Argument::Integer(n)) => i64::try_from(n).ok().filter(|n| n.abs() <= WIDTH_MAX),
            _ => None,
        }
    }

    /// Width and precision; what is wrong with them goes to `out` as Go writes it.
    fn sizes(&mut self, spec: &mut Spec, out: &mut String) {
        self.index();
        if self.peek() == Some('*') {
            self.at += 1;
            match self.star() {
                Some(width) => {
                    spec.minus |= width < 0;
                    spec.width = Some(width.unsigned_abs() as usize);
                }
                None => out.push_str("%!(BADWIDTH)"),
            }
        } else {
            spec.width = self.number().map(|n| n.clamp(0, WIDTH_MAX) as usize);
        }
        if self.peek() != Some('.') {
            return;
        }
        self.at += 1;
        self.index();
        if self.peek() == Some('*') {
            self.at += 1;
            match self.star() {
                Some(precision) => spec.precision = usize::try_from(precision).ok(),
                None => out.push_str("%!(BADPREC)"),
            }
        } else {
            spec.precision = Some(self.number().unwrap_or(0).clamp(0, WIDTH_MAX) as usize);
        }
    }

    fn verb(&mut self, out: &mut String) {
        let mut spec = Spec::default();
        self.bad_index = false;
        self.flags(&mut spec);
        self.sizes(&mut spec, out);
        self.index();
        let Some(verb) = self.peek() else {
            out.push_str("%!(NOVERB)");
            return;
        };
        self.at += 1;
        if verb == '%' {
            out.push('%');
        } else if self.bad_index {
            out.push_str(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(argument) = self.arguments.get(self.next) {
            out.push_str(&formatted(&spec, verb, argument));
            self.next += 1;
        } else {
            out.push_str(&format!("%!{verb}(MISSING)"));
        }
    }
}

pub fn sprintf(values: &[Value]) -> Answer {
    let format = super::text(values, 0)?;
    let Some(Value::Array(items)) = values.get(1) else { return Err("operand 2 must be array".into()) };
    let arguments: Vec<Argument> = items.iter().map(argument_of).collect();
    let mut reader = Reader {
        format: format.chars().collect(),
        at: 0,
        arguments: &arguments,
        next: 0,
        reordered: false,
        bad_index: false,
    };
    let mut out = String::new();
    while let Some(c) = reader.peek() {
        reader.at += 1;
        match c {
            '%' => reader.verb(&mut out),
            c => out.push(c),
        }
        within(out.len(), RESULT_BYTES_MAX)?;
    }
    if !reader.reordered && reader.next < arguments.len() {
        let rest = arguments[reader.next..].iter().map(|a| format!("{}={}", type_of(a), plain(a)));
        out.push_str(&format!("%!(EXTRA {})", rest.collect::<Vec<_>>().join(", ")));
    }
    Ok(Value::from(out))
}
