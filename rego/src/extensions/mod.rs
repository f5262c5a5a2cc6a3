//! Builtins that regorus lacks or answers differently, one table. A builtin that cannot answer is undefined, as under
//! OPA, or in strict mode an error. None of them looks at anything but its arguments and the facts of the decision.
mod arrays;
mod crypto;
mod documents;
mod evidence;
mod facts;
mod globs;
mod jwt;
mod kinds;
mod met;
mod net;
mod numbers;
mod patterns;
mod re2;
mod regexes;
mod sprintf;
mod strings;
mod times;
mod units;
mod urlquery;
mod yaml;

use anyhow::{anyhow, Result};
use regorus::{Engine, Value};

pub use facts::{now_of, with_facts};
pub use patterns::wrong_pattern;

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
    ("glob.match", 3, globs::matches),
    ("glob.quote_meta", 1, globs::quote_meta),
    ("indexof", 2, strings::indexof),
    ("indexof_n", 2, strings::indexof_n),
    ("io.jwt.decode", 1, jwt::decode),
    ("json.is_valid", 1, documents::json_is_valid),
    ("json.marshal", 1, documents::json_marshal),
    ("json.marshal_with_options", 2, documents::json_marshal_with_options),
    ("lower", 1, strings::lower),
    ("net.cidr_contains", 2, net::cidr_contains),
    ("net.cidr_contains_matches", 2, net::cidr_contains_matches),
    ("net.cidr_expand", 1, net::cidr_expand),
    ("net.cidr_intersects", 2, net::cidr_intersects),
    ("net.cidr_merge", 1, net::cidr_merge),
    ("numbers.range", 2, numbers::range),
    ("numbers.range_step", 3, numbers::range_step),
    ("regex.find_all_string_submatch_n", 3, regexes::find_all_string_submatch_n),
    ("regex.find_n", 3, regexes::find_n),
    ("regex.is_valid", 1, regexes::is_valid),
    ("regex.match", 2, regexes::matches),
    ("regex.replace", 3, regexes::replace),
    ("regex.split", 2, regexes::split),
    ("regex.template_match", 4, regexes::template_match),
    ("replace", 3, strings::replace),
    ("sprintf", 2, sprintf::sprintf),
    ("strings.count", 2, strings::count),
    ("strings.replace_n", 2, strings::replace_n),
    ("strings.split_n", 3, strings::split_n),
    ("time.add_date", 4, times::add_date),
    ("time.clock", 1, times::clock),
    ("time.date", 1, times::date),
    ("time.diff", 2, times::diff),
    ("time.format", 1, times::format),
    ("time.now_ns", 0, facts::now_ns),
    ("time.parse_duration_ns", 1, times::parse_duration_ns),
    ("time.parse_rfc3339_ns", 1, times::parse_rfc3339_ns),
    ("time.weekday", 1, times::weekday),
    ("to_number", 1, numbers::to_number),
    ("trace", 1, strings::trace),
    ("units.parse", 1, units::parse),
    ("units.parse_bytes", 1, units::parse_bytes),
    ("upper", 1, strings::upper),
    ("urlquery.decode", 1, urlquery::decode),
    ("urlquery.decode_object", 1, urlquery::decode_object),
    ("urlquery.encode", 1, urlquery::encode),
    ("urlquery.encode_object", 1, urlquery::encode_object),
    ("weir.ago", 2, evidence::ago),
    ("weir.integer", 1, kinds::integer),
    ("weir.items", 1, kinds::items),
    ("weir.last", 2, evidence::last),
    ("weir.minus", 2, kinds::minus),
    ("weir.met", 3, met::met),
    ("weir.met_each", 3, met::met_each),
    ("weir.newest", 1, evidence::newest),
    ("weir.number", 1, kinds::number),
    ("weir.oldest", 1, evidence::oldest),
    ("weir.set", 1, kinds::set),
    ("weir.walk", 1, documents::walk_pairs),
    ("yaml.is_valid", 1, yaml::is_valid),
    ("yaml.unmarshal", 1, yaml::unmarshal),
];

pub fn add_to(engine: &mut Engine) {
    for &(name, arguments, builtin) in TABLE {
        let answer = move |values: Vec<Value>| -> Result<Value> {
            match builtin(&values) {
                // A loop that ends a comprehension is not looked at by regorus itself.
                Ok(value) => regorus::check_global_memory_limit().map(|()| value).map_err(|e| anyhow!(e)),
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
