//! What is refused before parsing: string interpolation, which would be a puzzling syntax error, and expressions whose
//! trees would be so deep that walking them exhausts the stack (regorus bounds only nesting by itself).

const STEPS_MAX: usize = 256; // of one reference: a.b["c"]
const OPERATORS_MAX: usize = 512; // characters of operators in one expression, and words `in`
const BRACKETS_MAX: usize = 256;
/// The parser tries what begins with `[` or `{` several ways, and reads the first thing inside each time anew: a literal
/// that stands first in `n` others, each first in the next, is read some 2ⁿ times.
const READINGS_MAX: usize = 24_000; // beyond the first, of the literals of a module together; two seconds at most

const NEWER: [&str; 4] = ["future.keywords.and", "future.keywords.not", "future.keywords.or", "rego.v2"];

/// The expression at hand inside one pair of brackets.
#[derive(Default)]
struct Open {
    steps: usize,
    operators: usize,
    is_literal: bool,
    past_first: bool, // of the things in it
    doublings: u32,   // it is read two to the power of this times
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    last: u8, // the last byte that was no space
    line_ended: bool,
    readings: usize,
}

fn is_word(c: u8) -> bool {
    c == b'_' || c.is_ascii_alphanumeric() || c >= 0x80
}

fn is_operator(c: u8) -> bool {
    b"+-*/%&|=<>!:".contains(&c)
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn top(&mut self) -> &mut Open {
        if self.open.is_empty() {
            self.open.push(Open::default());
        }
        let top = self.open.len() - 1;
        &mut self.open[top]
    }

    fn last_byte(&self) -> u8 {
        self.at.checked_sub(1).map_or(0, |at| self.bytes[at])
    }

    /// From the opening quote to after the closing one.
    fn skip_text(&mut self) {
        let quote = self.peek(0);
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' if quote == b'"' => self.at += 2,
                b'\n' if quote == b'"' => return,
                c if c == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.at < self.bytes.len() && self.peek(0) != b'\n' {
            self.at += 1;
        }
    }

    fn skip_word(&mut self) {
        let from = self.at;
        while is_word(self.peek(0)) {
            self.at += 1;
        }
        if &self.bytes[from..self.at] == b"in" {
            self.top().operators += 1;
        }
    }

    /// An import of newer language that would change the meaning of what follows.
    fn newer_import(&self) -> bool {
        let line = self.bytes[self.at..].split(|b| *b == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut words = line.split_whitespace();
        words.next() == Some("import")
            && self.open.len() <= 1
            && words.next().is_some_and(|path| NEWER.contains(&path))
    }

    /// What `if`, `every x in xs`, a rule's name or its arguments lead to is read once.
    fn opens_body(&self) -> bool {
        let before = self.bytes[..self.at].trim_ascii_end();
        let word_at = before.iter().rposition(|c| !is_word(*c)).map_or(0, |at| at + 1);
        let follows = before.last().is_some_and(|c| is_word(*c) || b"])".contains(c));
        self.peek(0) == b'{' && follows && &before[word_at..] != b"in"
    }

    /// A bracket right after a name, a text or a bracket continues that reference.
    fn enter(&mut self) {
        let touching = self.at > 0 && self.bytes[self.at - 1] == self.last;
        let continues = touching && (is_word(self.last) || b"])\"`".contains(&self.last));
        let is_literal = !continues && self.peek(0) != b'(' && !self.opens_body();
        let top = self.top();
        top.steps = if continues { top.steps + 1 } else { 0 };
        let doublings = top.doublings + u32::from(top.is_literal && !top.past_first);
        if is_literal {
            let times = 1_usize.checked_shl(doublings).unwrap_or(usize::MAX);
            self.readings = self.readings.saturating_add(times - 1);
        }
        self.open.push(Open { is_literal, doublings, ..Open::default() });
        self.at += 1;
    }

    fn leave(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
        self.at += 1;
    }

    /// Steps over one token; what is wrong with it, if anything.
    fn step(&mut self) -> Option<&'static str> {
        let c = self.peek(0);
        if c == b'\n' || c == b'#' {
            self.line_ended = true;
        }
        if c.is_ascii_whitespace() || c == b'#' {
            if c == b'#' {
                self.skip_comment()
            } else {
                self.at += 1
            }
            self.top().steps = 0;
            return None;
        }
        if self.line_ended && !is_operator(c) && !is_operator(self.last) {
            self.top().operators = 0;
        }
        self.line_ended = false;
        match c {
            b'$' if matches!(self.peek(1), b'"' | b'`') => {
                return Some("string interpolation is not supported; use sprintf")
            }
            b'"' | b'`' => self.skip_text(),
            b'.' => {
                self.top().steps += 1;
                self.at += 1;
            }
            b'[' | b'(' | b'{' => self.enter(),
            b']' | b')' | b'}' => self.leave(),
            b'i' if !is_word(self.last_byte()) && self.newer_import() => {
                return Some("this import's keywords are not supported by the engine");
            }
            c if is_word(c) => self.skip_word(),
            c => {
                let top = self.top();
                top.past_first |= c == b',' || c == b'|';
                top.steps = 0;
                top.operators = if is_operator(c) { top.operators + 1 } else { 0 };
                self.at += 1;
            }
        }
        self.last = self.bytes[self.at.min(self.bytes.len()) - 1];
        self.too_deep()
    }

    fn too_deep(&mut self) -> Option<&'static str> {
        let brackets = self.open.len();
        let top = self.top();
        let (steps, operators) = (top.steps, top.operators);
        if self.readings > READINGS_MAX {
            return Some("lists, sets and objects nested too deep, or too many of them nested");
        }
        match (steps > STEPS_MAX, operators > OPERATORS_MAX, brackets > BRACKETS_MAX) {
            (true, _, _) => Some("a reference of more than 256 steps"),
            (_, true, _) => Some("an expression of more than 512 operators"),
            (_, _, true) => Some("brackets nested more than 256 deep"),
            _ => None,
        }
    }
}

pub fn check(name: &str, text: &str) -> Result<(), String> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, open: Vec::new(), last: 0, line_ended: false, readings: 0 };
    while scanner.at < scanner.bytes.len() {
        let from = scanner.at;
        if let Some(wrong) = scanner.step() {
            let before = &text.as_bytes()[..from];
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
            return Err(format!("{name}:{line}:{column}: {wrong}"));
        }
    }
    Ok(())
}
