//! The builtins a policy may call, with the kinds of their operands and results as OPA declares them, and the ones
//! that are refused at load with the reason. A name in neither table is unknown.

/// Kinds are letters: n number, s string, b boolean, 0 null, a array, o object, t set; several are alternatives, and
/// `*` is any.
pub struct Builtin {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    pub result: &'static str,
    pub variadic: bool,
}

const fn row(name: &'static str, arguments: &'static [&'static str], result: &'static str) -> Builtin {
    Builtin { name, arguments, result, variadic: false }
}

/// Sorted by name.
pub const TABLE: &[Builtin] = &[
    row("abs", &["n"], "n"),
    row("array.concat", &["a", "a"], "a"),
    row("array.flatten", &["a"], "a"),
    row("array.reverse", &["a"], "a"),
    row("array.slice", &["a", "n", "n"], "a"),
    row("base64.decode", &["s"], "s"),
    row("base64.encode", &["s"], "s"),
    row("base64.is_valid", &["s"], "b"),
    row("base64url.decode", &["s"], "s"),
    row("base64url.encode", &["s"], "s"),
    row("base64url.encode_no_pad", &["s"], "s"),
    row("bits.and", &["n", "n"], "n"),
    row("bits.lsh", &["n", "n"], "n"),
    row("bits.negate", &["n"], "n"),
    row("bits.or", &["n", "n"], "n"),
    row("bits.rsh", &["n", "n"], "n"),
    row("bits.xor", &["n", "n"], "n"),
    row("ceil", &["n"], "n"),
    row("concat", &["s", "at"], "s"),
    row("contains", &["s", "s"], "b"),
    row("count", &["aost"], "n"),
    row("crypto.hmac.equal", &["s", "s"], "b"),
    row("crypto.hmac.md5", &["s", "s"], "s"),
    row("crypto.hmac.sha1", &["s", "s"], "s"),
    row("crypto.hmac.sha256", &["s", "s"], "s"),
    row("crypto.hmac.sha512", &["s", "s"], "s"),
    row("crypto.md5", &["s"], "s"),
    row("crypto.sha1", &["s"], "s"),
    row("crypto.sha256", &["s"], "s"),
    row("endswith", &["s", "s"], "b"),
    row("floor", &["n"], "n"),
    row("format_int", &["n", "n"], "s"),
    row("glob.match", &["s", "0a", "s"], "b"),
    row("glob.quote_meta", &["s"], "s"),
    row("graph.reachable", &["o", "at"], "t"),
    row("graph.reachable_paths", &["o", "at"], "t"),
    row("hex.decode", &["s"], "s"),
    row("hex.encode", &["s"], "s"),
    row("indexof", &["s", "s"], "n"),
    row("indexof_n", &["s", "s"], "a"),
    row("intersection", &["t"], "t"),
    row("io.jwt.decode", &["s"], "a"),
    row("is_array", &["*"], "b"),
    row("is_boolean", &["*"], "b"),
    row("is_null", &["*"], "b"),
    row("is_number", &["*"], "b"),
    row("is_object", &["*"], "b"),
    row("is_set", &["*"], "b"),
    row("is_string", &["*"], "b"),
    row("json.filter", &["o", "at"], "o"),
    row("json.is_valid", &["s"], "b"),
    row("json.marshal", &["*"], "s"),
    row("json.marshal_with_options", &["*", "o"], "s"),
    row("json.patch", &["*", "a"], "*"),
    row("json.remove", &["o", "at"], "o"),
    row("json.unmarshal", &["s"], "*"),
    row("lower", &["s"], "s"),
    row("max", &["at"], "*"),
    row("min", &["at"], "*"),
    row("net.cidr_contains", &["s", "s"], "b"),
    row("net.cidr_contains_matches", &["aost", "aost"], "t"),
    row("net.cidr_expand", &["s"], "t"),
    row("net.cidr_intersects", &["s", "s"], "b"),
    row("net.cidr_is_valid", &["s"], "b"),
    row("net.cidr_merge", &["at"], "t"),
    row("numbers.range", &["n", "n"], "a"),
    row("numbers.range_step", &["n", "n", "n"], "a"),
    row("object.filter", &["o", "aot"], "o"),
    row("object.get", &["o", "*", "*"], "*"),
    row("object.keys", &["o"], "t"),
    row("object.remove", &["o", "aot"], "o"),
    row("object.subset", &["aot", "aot"], "b"),
    row("object.union", &["o", "o"], "o"),
    row("object.union_n", &["a"], "o"),
    Builtin { name: "print", arguments: &[], result: "b", variadic: true },
    row("product", &["at"], "n"),
    row("regex.find_all_string_submatch_n", &["s", "s", "n"], "a"),
    row("regex.find_n", &["s", "s", "n"], "a"),
    row("regex.is_valid", &["s"], "b"),
    row("regex.match", &["s", "s"], "b"),
    row("regex.replace", &["s", "s", "s"], "s"),
    row("regex.split", &["s", "s"], "a"),
    row("regex.template_match", &["s", "s", "s", "s"], "b"),
    row("replace", &["s", "s", "s"], "s"),
    row("round", &["n"], "n"),
    row("semver.compare", &["s", "s"], "n"),
    row("semver.is_valid", &["*"], "b"),
    row("sort", &["at"], "a"),
    row("split", &["s", "s"], "a"),
    row("sprintf", &["s", "a"], "s"),
    row("startswith", &["s", "s"], "b"),
    row("strings.any_prefix_match", &["ast", "ast"], "b"),
    row("strings.any_suffix_match", &["ast", "ast"], "b"),
    row("strings.count", &["s", "s"], "n"),
    row("strings.replace_n", &["o", "s"], "s"),
    row("strings.reverse", &["s"], "s"),
    row("strings.split_n", &["s", "s", "n"], "a"),
    row("substring", &["s", "n", "n"], "s"),
    row("sum", &["at"], "n"),
    row("time.add_date", &["n", "n", "n", "n"], "n"),
    row("time.clock", &["an"], "a"),
    row("time.date", &["an"], "a"),
    row("time.diff", &["an", "an"], "a"),
    row("time.format", &["an"], "s"),
    row("time.now_ns", &[], "n"),
    row("time.parse_duration_ns", &["s"], "n"),
    row("time.parse_ns", &["s", "s"], "n"),
    row("time.parse_rfc3339_ns", &["s"], "n"),
    row("time.weekday", &["an"], "s"),
    row("to_number", &["0bns"], "n"),
    row("trace", &["s"], "b"),
    row("trim", &["s", "s"], "s"),
    row("trim_left", &["s", "s"], "s"),
    row("trim_prefix", &["s", "s"], "s"),
    row("trim_right", &["s", "s"], "s"),
    row("trim_space", &["s"], "s"),
    row("trim_suffix", &["s", "s"], "s"),
    row("type_name", &["*"], "s"),
    row("union", &["t"], "t"),
    row("units.parse", &["s"], "n"),
    row("units.parse_bytes", &["s"], "n"),
    row("upper", &["s"], "s"),
    row("urlquery.decode", &["s"], "s"),
    row("urlquery.decode_object", &["s"], "o"),
    row("urlquery.encode", &["s"], "s"),
    row("urlquery.encode_object", &["o"], "s"),
    row("uuid.parse", &["s"], "o"),
    row("walk", &["*"], "a"),
    row("weir.ago", &["s", "n"], "s"),
    row("weir.last", &["a", "s"], "*"),
    row("weir.met", &["a", "s", "s"], "a"),
    row("weir.met_each", &["o", "s", "a"], "a"),
    row("weir.newest", &["a"], "a"),
    row("weir.oldest", &["a"], "a"),
    row("yaml.is_valid", &["s"], "b"),
    row("yaml.marshal", &["*"], "s"),
    row("yaml.unmarshal", &["s"], "*"),
];

const NETWORK: &str = "it asks the network";
const CHANCE: &str = "its answer is not reproducible";
const MACHINE: &str = "it reads the machine's state";
const SIGNATURE: &str =
    "keys, certificates and signatures are checked before the policy, which gets the result as input";
const DEPRECATED: &str = "it is deprecated, and OPA refuses it in Rego v1 too";
const ABSENT: &str = "this engine does not have it";

/// A name, or a prefix that ends with a dot or underscore, and why it is refused.
pub const REFUSED: &[(&str, &str)] = &[
    ("all", DEPRECATED),
    ("any", DEPRECATED),
    ("cast_", DEPRECATED),
    ("crypto.parse_private_keys", SIGNATURE),
    ("crypto.x509.", SIGNATURE),
    ("graphql.", ABSENT),
    ("http.send", NETWORK),
    ("internal.", ABSENT),
    ("io.jwt.decode_verify", SIGNATURE),
    ("io.jwt.encode_sign", SIGNATURE),
    ("io.jwt.encode_sign_raw", SIGNATURE),
    ("io.jwt.verify_", SIGNATURE),
    ("json.match_schema", ABSENT),
    ("json.verify_schema", ABSENT),
    ("net.cidr_overlap", DEPRECATED),
    ("net.lookup_ip_addr", NETWORK),
    ("opa.runtime", MACHINE),
    ("providers.", "it signs requests with secrets"),
    ("rand.intn", CHANCE),
    ("re_match", DEPRECATED),
    ("regex.globs_match", ABSENT),
    ("rego.metadata.", ABSENT),
    ("rego.parse_module", ABSENT),
    ("set_diff", DEPRECATED),
    ("strings.render_template", ABSENT),
    ("uri.", ABSENT),
    ("uuid.rfc4122", CHANCE),
];

/// What begins so is ours, and only what a policy in YAML is compiled to may call it: OPA does not have it.
pub const OURS: &str = "weir.";
pub const OUR_PACKAGE: [&str; 2] = ["weir", "policy"];

pub fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.binary_search_by(|row| row.name.cmp(name)).ok().map(|at| &TABLE[at])
}

/// Why a builtin of OPA is refused.
pub fn refusal(name: &str) -> Option<&'static str> {
    let prefixed = |pattern: &str| pattern.ends_with(['.', '_']) && name.starts_with(pattern);
    REFUSED.iter().find(|(pattern, _)| name == *pattern || prefixed(pattern)).map(|(_, why)| *why)
}
