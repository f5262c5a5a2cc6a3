//! Builtins that regorus lacks or answers differently, one table. A builtin that cannot answer is undefined, as under
//! OPA, or in strict mode an error. None of them looks at anything but its arguments and the facts of the decision.
mod arrays;
mod crypto;
mod documents;
mod evidence;
mod facts;
mod jwt;
mod met;
mod net;
mod numbers;
mod sprintf;
mod strings;
mod units;

use anyhow::{anyhow, Result};
use regorus::{Engine, Value};

pub use facts::{now_of, with_facts};

/// Why a builtin has no answer: undefined (or an error in strict mode), or a limit, which always ends the evaluation.
pub enum Refusal {
    NoAnswer(String),
    Limit(String),
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(message: T) -> Self {
        Refusal::NoAnswer(message.into())
    }
}

pub type Answer = std::result::Result<Value, Refusal>;
type Builtin = fn(&[Value]) -> Answer;

/// Name, number of arguments, answer.
pub const TABLE: &[(&str, u8, Builtin)] = &[
    ("array.flatten", 1, arrays::flatten),
    ("bits.lsh", 2, numbers::lsh),
    ("concat", 2, strings::concat),
    ("crypto.hmac.equal", 2, crypto::hmac_equal),
    ("crypto.hmac.md5", 2, crypto::hmac_md5),
    ("crypto.hmac.sha1", 2, crypto::hmac_sha1),
    ("crypto.hmac.sha256", 2, crypto::hmac_sha256),
    ("crypto.hmac.sha512", 2, crypto::hmac_sha512),
    ("crypto.md5", 1, crypto::md5),
    ("crypto.sha1", 1, crypto::sha1),
    ("crypto.sha256", 1, crypto::sha256),
    ("io.jwt.decode", 1, jwt::decode),
    ("json.is_valid", 1, documents::json_is_valid),
    ("net.cidr_contains", 2, net::cidr_contains),
    ("net.cidr_contains_matches", 2, net::cidr_contains_matches),
    ("net.cidr_expand", 1, net::cidr_expand),
    ("net.cidr_intersects", 2, net::cidr_intersects),
    ("net.cidr_merge", 1, net::cidr_merge),
    ("numbers.range", 2, numbers::range),
    ("numbers.range_step", 3, numbers::range_step),
    ("replace", 3, strings::replace),
    ("sprintf", 2, sprintf::sprintf),
    ("strings.count", 2, strings::count),
    ("strings.replace_n", 2, strings::replace_n),
    ("strings.split_n", 3, strings::split_n),
    ("time.now_ns", 0, facts::now_ns),
    ("units.parse", 1, units::parse),
    ("units.parse_bytes", 1, units::parse_bytes),
    ("weir.ago", 2, evidence::ago),
    ("weir.last", 2, evidence::last),
    ("weir.met", 3, met::met),
    ("weir.newest", 1, evidence::newest),
    ("weir.oldest", 1, evidence::oldest),
    ("weir.walk", 1, documents::walk_pairs),
    ("yaml.is_valid", 1, documents::yaml_is_valid),
];

pub fn add_to(engine: &mut Engine) {
    for &(name, arguments, builtin) in TABLE {
        let answer = move |values: Vec<Value>| -> Result<Value> {
            match builtin(&values) {
                Ok(value) => Ok(value),
                Err(Refusal::Limit(message)) => Err(anyhow!("{name}: {message}")),
                Err(Refusal::NoAnswer(message)) if facts::strict() => Err(anyhow!("{name}: {message}")),
                Err(Refusal::NoAnswer(_)) => Ok(Value::Undefined),
            }
        };
        let _ = engine.add_extension(name.to_string(), arguments, Box::new(answer));
    }
}

/// Names that regorus itself does not know, so that only a plain call finds them.
pub fn only_here(name: &str) -> bool {
    name.starts_with("crypto.")
        || name.starts_with("weir.")
        || [
            "array.flatten",
            "io.jwt.decode",
            "net.cidr_contains_matches",
            "net.cidr_intersects",
            "net.cidr_merge",
        ]
        .contains(&name)
        || name == "strings.split_n"
}

/// The text of argument `at`.
pub fn text(values: &[Value], at: usize) -> std::result::Result<&str, Refusal> {
    match values.get(at) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("operand {} must be string", at + 1).into()),
    }
}

/// The result of a builtin may not exceed this: what is built in one step is out of the timer's reach.
pub const RESULT_BYTES_MAX: usize = 16 * 1024 * 1024;
pub const RESULT_ITEMS_MAX: usize = 1_000_000;

pub fn within(size: usize, bound: usize) -> std::result::Result<(), Refusal> {
    if size > bound {
        return Err(Refusal::Limit(format!("a result of {size} exceeds the limit of {bound}")));
    }
    Ok(())
}
