#include "rego/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

namespace weir::rego {
namespace {

using format::Json;

Result<Engine> loaded(const std::string& body, const Limits& limits = {}) {
  const Module module{.name = "a.rego", .text = "package a\n" + body};
  return Engine::load({&module, 1}, {}, limits);
}

// The value of `data.a.p` as JSON; "undefined", or what went wrong.
std::string asked(const std::string& body, std::string_view input = "", const Limits& limits = {}) {
  auto engine = loaded(body, limits);
  if (!engine.ok()) return "load: " + engine.error().message;
  const auto value = engine->query_text("data.a.p", input);
  if (!value.ok()) return "error: " + value.error().message;
  return value->value_or("undefined");
}

std::string refusal(const std::string& body) {
  const auto engine = loaded(body);
  return engine.ok() ? "loaded" : engine.error().message;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST(Rego, values_print_as_opa_prints_them) {
  struct Row {
    std::string rule, value;
  };
  const Row rows[] = {
      {"p := data[2]", "undefined"},
      {"p := {\"b\": 1, \"a\": {3, 1, 2}}", R"({"a":[1,2,3],"b":1})"},
      {"p contains x if some x in [3, 1, 2]", "[1,2,3]"},
      {"p contains x if some x in []", "[]"},
      {"p := {[1], {\"a\": 1}, {1}, \"s\", null, true}", R"([null,true,"s",[1],{"a":1},[1]])"},
      {"p := {1: \"x\", [2]: \"y\"}", R"({"1":"x","[2]":"y"})"},
      {"p := 10 / 4", "2.5"},
      {"p := 1e21", "1000000000000000000000"},
      {"p := \"\\u00e9<>&\\n\"", "\"é<>&\\n\""},
      {"p if false", "undefined"},
      {"default p := false\np if input.x", "false"},
  };
  for (const Row& row : rows) EXPECT_EQ(asked(row.rule), row.value) << row.rule;
}

TEST(Rego, an_error_of_a_builtin_is_undefined_unless_strict) {
  const std::string rule = R"(p := "fine" if not to_number(input.x))";
  EXPECT_EQ(asked(rule, R"({"x": "no number"})"), "\"fine\"");
  const std::string strict = asked(rule, R"({"x": "no number"})", {.builtin_errors = BuiltinErrors::strict});
  EXPECT_EQ(strict.find("error: a.rego:2:"), 0u) << strict;
  EXPECT_EQ(asked(R"(p := crypto.sha256(input.x))", R"({"x": 5})"), "undefined");
}

TEST(Rego, an_operand_of_a_wrong_kind_is_undefined_and_ends_nothing_else) {
  for (const char* term : {"input.n + 1", "1 - input.s", "input.s - input.n", "input.l * 2", "input.o / 2",
                           "input.f % 2", "input.l | input.l", "input.s & {1}", "(input.n - 1) - 1",
                           "[x | some x in input.s][0]"}) {
    const std::string rules = std::string("p := {\"a\": q, \"b\": 1}\ndefault q := \"fine\"\nq := ") + term;
    EXPECT_EQ(asked(rules, R"({"n": null, "s": "x", "l": [1], "o": {}, "f": 1.5})"), R"({"a":"fine","b":1})") << term;
  }
  EXPECT_EQ(asked("p := input.l[count(input.l) - 1] - input.n * 2 - 1", R"({"l": [1, 9], "n": 2})"), "4");
  EXPECT_EQ(asked("p := (({1, 2, 3} - {x | some x in input.l}) | {7}) & {2, 7}", R"({"l": [1]})"), "[2,7]");
  const Limits strict{.builtin_errors = BuiltinErrors::strict};
  EXPECT_EQ(asked("p if 1 == input.n + 1", R"({"n": "x"})", strict).find("error: "), 0u);
}

TEST(Rego, who_reads_the_time_is_told) {
  auto engine = loaded("a := input.now\nb := x if { x := input }\nc := input[k] if some k in [1]\nd := time.now_ns()\n"
                       "e := object.get(input, \"x\", 1)\nf := object.get(input, [\"now\"], 1)\ng := input.x.now");
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  const auto rules = engine->rules();
  ASSERT_TRUE(rules.ok());
  std::string readers;
  for (const Rule& rule : *rules)
    if (rule.reads_time) readers += rule.name;
  EXPECT_EQ(readers, "abcdf");
}

TEST(Rego, time_is_what_the_input_says) {
  EXPECT_EQ(asked("p := time.now_ns()", R"({"now": "2026-11-22T20:00:00.000001Z"})"), "1795377600000001000");
  EXPECT_EQ(asked("p := time.now_ns()", "{}"), "undefined");
  EXPECT_EQ(asked("p := time.now_ns()"), "undefined");
}

TEST(Rego, extensions_answer_as_opa) {
  struct Row {
    std::string term, value;
  };
  const Row rows[] = {
      {R"(crypto.sha256("foo"))", "\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\""},
      {R"(crypto.md5("foo"))", "\"acbd18db4cc2f85cedef654fccc4a4d8\""},
      {R"(crypto.sha1("foo"))", "\"0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33\""},
      {R"(crypto.hmac.sha256("foo", "bar"))",
       "\"147933218aaabc0b8b10a2b3a5c34684c8d94341bcf10a4736dc7270f7741851\""},
      {R"(crypto.hmac.equal("a", "a"))", "true"},
      {R"(net.cidr_intersects("192.168.1.0/25", "192.168.1.64/25"))", "true"},
      {R"(net.cidr_contains_matches("1.1.1.0/24", ["1.1.1.1", "2.2.2.2"]))", R"([["1.1.1.0/24",0]])"},
      {R"(net.cidr_merge(["192.0.128.0/24", "192.0.129.0/24"]))", R"(["192.0.128.0/23"])"},
      {R"(array.flatten([1, [2, [3]], 4]))", "[1,2,[3],4]"},
      {R"(strings.split_n("a-b-c", "-", -2))", R"(["b","c"])"},
      {R"(strings.replace_n({"a": "b", "b": "a"}, "abba"))", "\"baab\""},
      {R"(strings.count("aaa", "aa"))", "1"},
      {R"([units.parse("1.5k"), units.parse("100m"), units.parse_bytes("2MiB"), units.parse("1e2")])",
       "[1500,0.1,2097152,100]"},
      {R"([value | [path, value] := walk({"a": [7]}); path != []])", "[[7],7]"},
      {R"({"bits": bits.lsh(1, 70)})", R"({"bits":1180591620717411303424})"},
      {R"(sprintf("%5d|%-5s|%05.2f|%x|%q|%v|%t|%%", [42, "ab", 3.14159, 255, "a\"b", {"k": [1, {2}]}, true]))",
       R"("   42|ab   |03.14|ff|\"a\\\"b\"|{\"k\": [1, {2}]}|%!t(string=true)|%")"},
      {R"(sprintf("%d", ["x"]))", "\"%!d(string=x)\""},
      {R"(sprintf("%s %s", ["x"]))", "\"x %!s(MISSING)\""},
      {R"(sprintf("x", [1]))", "\"x%!(EXTRA int64=1)\""},
      {R"(sprintf("%+d %08.3f %e %g %X %#x %o %b %c %U", [5, 2.5, 12345.678, 1234567.5, "hi", 255, 8, 5, 65, 65]))",
       R"("+5 0002.500 1.234568e+04 1.2345675e+06 6869 0xff 10 101 A U+0041")"},
      {R"(io.jwt.decode("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.")[1].a)", "1"},
      {R"(replace("aaa", "a", "bb"))", "\"bbbbbb\""},
  };
  for (const Row& row : rows) EXPECT_EQ(asked("p := " + row.term), row.value) << row.term;
}

TEST(Rego, what_cannot_be_answered_as_under_opa_is_refused_by_name) {
  struct Row {
    std::string body, message;
  };
  const Row rows[] = {
      {"p := http.send({\"url\": \"x\"})", "builtin http.send is refused: it asks the network"},
      {"p := net.lookup_ip_addr(\"x\")", "builtin net.lookup_ip_addr is refused"},
      {"p := opa.runtime()", "builtin opa.runtime is refused: it reads the machine's state"},
      {"p := providers.aws.sign_req({}, {}, 1)", "builtin providers.aws.sign_req is refused"},
      {"p := rand.intn(\"x\", 3)", "builtin rand.intn is refused: its answer is not reproducible"},
      {"p := uuid.rfc4122(\"x\")", "builtin uuid.rfc4122 is refused"},
      {"p := io.jwt.verify_rs256(\"x\", \"y\")", "builtin io.jwt.verify_rs256 is refused"},
      {"p if { false; nothing.such(1) }", "undefined function nothing.such"},
      {"p := [x | x := foo(1)]", "undefined function foo"},
      {"p := count(1, 2, 3)", "count takes 1 operands, not 3"},
      {"p := count(5)", "operand 1 of count is number, not array or object or string or set"},
      {"p := \"a\" + 1", "operand 1 of + is string, not number"},
      {"p if { count := 3; count([1]) == 1 }", "called function count is shadowed by a local variable"},
      {"f(x) := x\np := f(1, 2, 3)", "f takes 1 operands, not 3"},
      {"f(x) := x\nf(x, y) := y", "conflicting rules data.a.f found"},
      {"p := $\"hello {input.x}\"", "string interpolation is not supported"},
      {"p if crypto.sha256(\"x\") == \"y\" with crypto.sha256 as \"y\"",
       "crypto.sha256 cannot be replaced by `with`"},
      {"p if count([1]) == 1 with count as max", "count cannot be replaced by `with` and a builtin"},
      {"import future.keywords.and\np if true", "this import's keywords are not supported by the engine"},
      {"p := json.match_schema({}, {})", "builtin json.match_schema is refused: this engine does not have it"},
      {"p if { \"a\", \"a\" in {\"a\"} }", "a key and a value `in` a set is not supported"},
      {"p if regex.match(`(?x)a`, input.x)",
       "operand 1 of regex.match is no pattern: invalid or unsupported Perl syntax"},
      {"p if regex.match(`a**`, input.x)", "operand 1 of regex.match is no pattern"},
      {"p if glob.match(\"{a\", [], input.x)", "operand 1 of glob.match is no pattern: unclosed {"},
      {"p := -input.x", "a minus sign before what is no number is not supported"},
      {"p if { q := 5; count(q) == 1 }", "operand 1 of count is number"},
      {"p if count(input.x) == \"a\"", "match error: number is never string"},
      {"p if { x := y }", "var y is unsafe"},
      {"p if { {\"a\": x, \"b\": 1} = {\"a\": 2, \"b\": y}; x == y }", "`=` between two objects that both give values"},
      {"p if { some x in \"text\"; x }", "operand 1 of some … in is string"},
  };
  for (const Row& row : rows) {
    const std::string message = refusal(row.body);
    EXPECT_NE(message.find(row.message), std::string::npos) << row.body << "\n" << message;
  }
}

TEST(Rego, names_are_local_where_they_are_declared) {
  EXPECT_EQ(asked("f(count) := count + 1\np := f(2)"), "3");
  EXPECT_EQ(asked("q := 1\np := x if { q := 5; x := q }"), "5");
  EXPECT_EQ(asked("p := [p | p := 1]"), "[1]");  // not recursive: the inner p is local
}

TEST(Rego, a_rule_that_depends_on_itself_is_refused_with_its_cycle) {
  const std::string cycle = refusal("p if q\nq if r\nr if p");
  EXPECT_NE(cycle.find("data.a.p is recursive: data.a.p -> data.a.q -> data.a.r -> data.a.p"), std::string::npos)
      << cycle;
  EXPECT_NE(refusal("f(x) := f(x - 1)").find("data.a.f is recursive"), std::string::npos);
  EXPECT_NE(refusal("p := data[x].p if some x in [\"a\"]").find("recursive"), std::string::npos);
}

TEST(Rego, wrong_text_is_refused_with_its_place) {
  EXPECT_EQ(refusal("p := ").find("a.rego:"), 0u) << refusal("p := ");
  EXPECT_NE(refusal("p := x").find("unsafe"), std::string::npos) << refusal("p := x");
  EXPECT_EQ(refusal("p := \"\xff\"").find("byte "), 0u) << refusal("p := \"\xff\"");
}

TEST(Rego, endless_work_ends_at_the_time_limit) {
  const std::string rule =
      "p := count([1 | some a in numbers.range(1, 5000); some b in numbers.range(1, 5000); a * b > 0])";
  auto engine = loaded(rule, {.time = milliseconds(50)});
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  const auto value = engine->query_text("data.a.p", "");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Errc::too_large) << value.error().message;
  EXPECT_EQ(engine->query_text("1", "").value(), "1");  // and is of use afterwards
}

TEST(Rego, numbers_with_huge_exponents_take_no_time) {
  EXPECT_EQ(asked("p := units.parse(\"1e100000000\")"), "undefined");
  EXPECT_EQ(asked("p := to_number(\"1e100000000\")"), "undefined");
  EXPECT_NE(refusal("p := 1e100000000"), "loaded");
}

TEST(Rego, what_one_builtin_makes_is_bounded) {
  for (const char* term : {"numbers.range(1, 1000000000)", "net.cidr_expand(\"::/0\")",
                           "replace(sprintf(\"%900000d\", [1]), \" \", sprintf(\"%900000d\", [1]))",
                           "concat(sprintf(\"%900000d\", [1]), numbers_as_text)", "bits.lsh(1, 1000000000)",
                           "sprintf(concat(\"\", [\"%999999d\" | some i in numbers.range(1, 18)]), "
                           "numbers.range(1, 18))"}) {
    auto engine = loaded(std::string("numbers_as_text := [\"x\" | some i in numbers.range(1, 100)]\np := ") + term);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    const auto value = engine->query_text("data.a.p", "");
    ASSERT_FALSE(value.ok()) << term;
    EXPECT_EQ(value.error().code, Errc::too_large) << value.error().message;
  }
}

TEST(Rego, memory_is_bounded) {
  auto engine = loaded("p := [sprintf(\"%60000d\", [i]) | some i in numbers.range(1, 100000)]",
                       {.time = seconds(300)});
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  const auto value = engine->query_text("data.a.p", "");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Errc::too_large) << value.error().message;
  EXPECT_NE(value.error().message.find("memory"), std::string::npos) << value.error().message;
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  EXPECT_LT(used.ru_maxrss, 2 * static_cast<long>(limits::rego_memory_bytes_max / 1024)) << "all of it would be 6 GB";
}

// The parser reads what stands in brackets several ways at each level.
TEST(Rego, literals_nested_so_that_reading_them_never_ends_are_refused_and_usual_ones_are_not) {
  for (const char* opening : {"[", "{", "{\"a\": "}) {
    const std::string closing = *opening == '[' ? "]" : "}";
    EXPECT_NE(refusal("allow if { x := " + repeated(opening, 60) + "1" + repeated(closing, 60) + " }"), "loaded");
    EXPECT_EQ(refusal("allow if { x := " + repeated(opening, 10) + "1" + repeated(closing, 10) + " }"), "loaded");
  }
  for (const char* opening : {"[0, ", "{0, ", "{\"z\": 0, \"a\": "})  // what does not stand first is read once
    EXPECT_EQ(refusal("x := " + repeated(opening, 60) + "1" + repeated(*opening == '[' ? "]" : "}", 60)), "loaded");
  const std::string pod =
      R"({"request": {"object": {"spec": {"template": {"spec": {"containers": [{"securityContext": {"capabilities": )"
      R"({"drop": ["ALL"]}}}, {"name": "b", "ports": [{"port": 80}, {"port": 81}]}]}}}}}})";
  EXPECT_EQ(refusal("test_a if { allow with input as " + pod + " }\ntest_b if { allow with input as " + pod +
                    " }\nallow if { some x in [{\"a\": {\"b\": [1]}}]; every y in x { y } }"), "loaded");
}

TEST(Rego, catastrophic_patterns_take_no_longer_and_huge_ones_are_refused) {
  const std::string evil = R"(p := regex.match("^(a+)+$", input.x))";
  EXPECT_EQ(asked(evil, "{\"x\": \"" + repeated("a", 50000) + "b\"}", {.time = seconds(5)}), "false");
  auto huge = loaded("p := regex.match(input.r, \"x\")");
  ASSERT_TRUE(huge.ok());
  const auto value = huge->query_text("data.a.p", "{\"r\": \"" + repeated("(a|b)", 200000) + "\"}");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Errc::too_large) << value.error().message;
  EXPECT_NE(refusal("p := regex.match(`(a{1000}){1000}`, \"x\")"), "loaded");
}

TEST(Rego, size_and_depth_are_bounded) {
  EXPECT_EQ(loaded("# " + repeated("x", 1 << 20)).error().code, Errc::too_large);
  EXPECT_NE(refusal("p := " + repeated("[", 5000) + repeated("]", 5000)), "loaded");
  EXPECT_NE(refusal("p := input" + repeated(".a", 100000)), "loaded");
  EXPECT_NE(refusal("p := 1" + repeated(" + 1", 100000)), "loaded");
  EXPECT_NE(refusal("p := 1" + repeated("\n+ 1", 100000)), "loaded");
  EXPECT_NE(refusal("p := " + repeated("-", 100000) + "1"), "loaded");
  EXPECT_NE(refusal("p := f" + repeated("[\n0\n]", 50000)), "loaded");
  std::string chain = "p := r2000\nr0 := 1\n";
  for (int i = 1; i <= 2000; ++i) chain += "r" + std::to_string(i) + " := r" + std::to_string(i - 1) + "\n";
  EXPECT_NE(refusal(chain).find("chain of more than 256 rules"), std::string::npos) << refusal(chain);
}

TEST(Rego, a_clone_answers_alike_on_another_thread) {
  auto engine = loaded("p contains x if some x in input.list");
  ASSERT_TRUE(engine.ok());
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([copy = std::make_shared<Engine>(engine->clone()), t] {
      for (int i = 0; i < 200; ++i) {
        const std::string input = "{\"list\": [" + std::to_string(t) + "," + std::to_string(i + 1000) + "]}";
        EXPECT_EQ(copy->query_text("data.a.p", input).value(),
                  "[" + std::to_string(t) + "," + std::to_string(i + 1000) + "]");
      }
    });
}

TEST(Rego, data_prints_rules_and_coverage_are_told) {
  const Module module{.name = "a.rego",
                      .text = "package a\n\np := data.list[0] if {\n\tprint(\"seen\", input.x)\n\tinput.x == 1\n}\n\n"
                              "q := 2 if input.x == 2\n\ntest_p if p with input.x as 1\n"};
  auto engine = Engine::load({&module, 1}, Json::object({{"list", Json(Json::Array{7})}}));
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  ASSERT_TRUE(engine->cover().ok());
  EXPECT_EQ(engine->query("data.a.p", R"({"x": 1})").value(), Json(7));
  EXPECT_EQ(engine->prints().value(), std::vector<std::string>{"a.rego:4: seen 1"});
  const auto rules = engine->rules();
  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->size(), 3u);
  EXPECT_EQ((*rules)[2].name, "test_p");
  EXPECT_EQ((*rules)[2].package, "data.a");
  EXPECT_EQ((*rules)[2].line, 10);
  const auto coverage = engine->coverage();
  ASSERT_TRUE(coverage.ok());
  ASSERT_EQ(coverage->size(), 1u);
  EXPECT_FALSE((*coverage)[0].covered.empty());
  EXPECT_FALSE((*coverage)[0].not_covered.empty());
}

TEST(Rego, rules_that_contradict_each_other_are_a_conflict) {
  auto engine = loaded("p := 1\np := x if x := input.x");
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  const auto value = engine->query_text("data.a.p", R"({"x": 2})");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Errc::conflict);
  EXPECT_EQ(engine->query_text("data.a.p", R"({"x": 1})").value(), "1");
}

TEST(Rego, of_an_input_only_what_the_shape_asks_for_is_there) {
  constexpr std::string_view input = R"({"a": {"b": 1, "c": {"d": 2, "e": 3}}, "f": [{"b": 4, "g": 5}], "h": 6})";
  struct Row {
    std::string shape, seen;
  };
  const Row rows[] = {
      {"true", R"({"a":{"b":1,"c":{"d":2,"e":3}},"f":[{"b":4,"g":5}],"h":6})"},
      {"no JSON", R"({"a":{"b":1,"c":{"d":2,"e":3}},"f":[{"b":4,"g":5}],"h":6})"},
      {"{}", "{}"},
      {R"({"a": {"c": {"e": true}}, "h": true, "none": true})", R"({"a":{"c":{"e":3}},"h":6})"},
      {R"({"f": {"g": true}})", R"({"f":[{"g":5}]})"},
      {R"({"*": {"b": true}})", R"({"a":{"b":1},"f":[{"b":4}],"h":6})"},
      {R"({"a": {}, "*": true})", R"({"a":{},"f":[{"b":4,"g":5}],"h":6})"},
  };
  auto engine = loaded("p := input").value();
  const auto seen = [&](const Shape& shape) {
    return engine.query_text("data.a.p", Input::read(input, shape).value()).value();
  };
  for (const Row& row : rows) EXPECT_EQ(seen(Shape::read(row.shape)), row.seen) << row.shape;
  const Shape one = Shape::read(R"({"a": {"b": true}, "f": {"*": true}})");
  const Shape two = Shape::read(R"({"a": {"c": {"d": true}}})");
  EXPECT_EQ(seen(one.with(two)), R"({"a":{"b":1,"c":{"d":2}},"f":[{"b":4,"g":5}]})");
  EXPECT_EQ(seen(one.with({})), seen({}));
}

// What weir.met and weir.met_each say in one step is what the lines beside them say, whatever the value is.
TEST(Rego, met_means_what_rego_means) {
  struct Row {
    std::string tests, lines;
  };
  const Row rows[] = {
      {R"([])", ""},
      {R"([["==", true]])", "; v == true"},
      {R"([["==", "x"]])", R"(; v == "x")"},
      {R"([["==", null]])", "; v == null"},
      {R"([["in", [5, "x", false]]])", R"(; v in [5, "x", false])"},
      {R"([["<=", 5], [">", true]])", "; v > true; v <= 5"},
      {R"([[">=", 5], ["<", ""]])", R"(; v >= 5; v < "")"},
      {R"([[">=", 2], ["<=", 10]])", "; v >= 2; v <= 10"},
      {R"([["like", ["*"]]])", "; is_string(v)"},
      {R"([["like", ["x*"]]])", R"(; startswith(v, "x"))"},
      {R"([["like", ["*y"]]])", R"(; endswith(v, "y"))"},
      {R"([["like", ["x"]]])", R"(; v == "x")"},
  };
  const std::string_view values[] = {"null", "true", "false", "0",      "5",  "5.0", "2.5", "10", "11",
                                     "-1",   R"("")", R"("x")", R"("xy")", "[]", "[5]", "{}",  R"({"x": 5})"};
  for (const Row& row : rows) {
    const std::string spec =
        R"({"name": "n", "at_least": 1, "all": [{"at": ["s", "v"], "is": )" + row.tests + "}]";
    const Module module{
        .name = "met",
        .text = fmt::format(R"(package weir.policy
quick := [held | held := weir.met(input.items, {}, "2026")]
each := [held | some held in weir.met_each({{"t": input.items}}, "2026-01-02T00:00:00Z", ["", {}]); held != null]
plain := [[item.entry] | item := weir.last(input.items, "n"); item.recorded_at > "2026"; v := item["s"]["v"]{}]
)",
                            format::dump(format::Json(spec + "}")),
                            format::dump(format::Json(spec + R"(, "type": "t", "max_age": 86400000000})")),
                            row.lines)};
    auto engine = Engine::load({&module, 1}, {}).value();
    const auto said = [&](const std::string& newest, std::string_view query) {
      const std::string first = R"({"name": "n", "entry": 1, "recorded_at": "2027", "s": {"v": 5}})";
      return engine.query_text(query, fmt::format(R"({{"items": [{}, {}]}})", first, newest)).value();
    };
    const auto expect_alike = [&](const std::string& newest) {
      const auto plain = said(newest, "data.weir.policy.plain");
      EXPECT_EQ(said(newest, "data.weir.policy.quick"), plain) << row.tests << newest;
      EXPECT_EQ(said(newest, "data.weir.policy.each"), plain) << row.tests << newest;
    };
    for (const std::string_view value : values)
      expect_alike(fmt::format(R"({{"name": "n", "entry": 2, "recorded_at": "2027", "s": {{"v": {}}}}})", value));
    for (const char* newest : {R"({"name": "n", "entry": 2, "recorded_at": "2025", "s": {"v": 5}})",
                               R"({"name": "n", "entry": 2, "recorded_at": "2027", "s": {}})",
                               R"({"name": "n", "entry": 2, "recorded_at": "2027", "s": null})",
                               R"({"name": "n", "entry": 2, "s": {"v": 5}})",
                               R"({"name": "other", "entry": 2, "recorded_at": "2025", "s": {"v": 0}})"})
      expect_alike(newest);
  }
}

}  // namespace weir::rego
