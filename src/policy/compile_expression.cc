#include "policy/compile_parts.h"

namespace weir::policy {
namespace {

using format::Json;

// A value that is always there: null when the document has none. A boolean stands for itself.
std::string value_of(RegoWriter& out, const Expression& expression) {
  if (expression.op == Operator::literal) return rego_value(expression.literal);
  if (expression.op == Operator::list) {
    std::string items;
    for (const Expression& item : expression.operands) items += (items.empty() ? "" : ",\n    ") + value_of(out, item);
    return "[" + items + "]";
  }
  if (expression.op == Operator::context) {
    if (expression.path == std::vector<std::string>{"artifact", "hex"})
      return R"(trim_prefix(object.get(input, ["artifact", "digest"], ""), "sha256:"))";
    std::vector<std::string> path = expression.path;
    if (path == std::vector<std::string>{"artifact", "fingerprint"}) path.back() = "digest";
    Json::Array steps(path.begin(), path.end());
    return fmt::format("object.get(input, {}, null)", rego_value(Json(std::move(steps))));
  }
  if (expression.op == Operator::number) {
    const std::string name = out.fresh("number");
    out.line(fmt::format("default {} := null", name));
    out.line(fmt::format("{} := to_number(text) if {{", name));
    out.line(fmt::format("  text := {}", value_of(out, expression.operands[0])));
    out.line("  is_string(text)");
    out.line("  regex.match(`^-?[0-9]+([.][0-9]+)?$`, text)");
    out.line("}");
    return name;
  }
  const std::string condition = compile_expression(out, expression);
  const std::string name = out.fresh("truth");
  out.line(fmt::format("default {} := false", name));
  out.rule(name, {condition});
  return name;
}

std::string helper(RegoWriter& out, const std::vector<std::vector<std::string>>& bodies) {
  const std::string name = out.fresh("holds");
  for (const auto& body : bodies) out.rule(name, body);
  return name;
}

std::string compared(RegoWriter& out, const Expression& expression, std::string_view sign) {
  const std::string left = value_of(out, expression.operands[0]), right = value_of(out, expression.operands[1]);
  std::vector<std::string> body{"left := " + left, "right := " + right};
  if (sign != "==" && sign != "!=") body.push_back("type_name(left) == type_name(right)");
  body.push_back(fmt::format("left {} right", sign));
  return helper(out, {body});
}

std::string contained(RegoWriter& out, const Expression& expression) {
  const std::string left = value_of(out, expression.operands[0]), right = value_of(out, expression.operands[1]);
  std::vector<std::vector<std::string>> bodies;
  if (expression.operands[1].op != Operator::literal)
    bodies.push_back({"left := " + left, "right := " + right, "left in right"});
  if (expression.operands[1].op != Operator::list)
    bodies.push_back({"left := " + left, "right := " + right, "is_string(left)", "is_string(right)",
                      "contains(right, left)"});
  return helper(out, bodies);
}

}  // namespace

std::string compile_expression(RegoWriter& out, const Expression& expression) {
  const auto operand = [&](std::size_t i) { return compile_expression(out, expression.operands[i]); };
  switch (expression.op) {
    case Operator::both: {
      const std::string left = operand(0), right = operand(1);
      return helper(out, {{left, right}});
    }
    case Operator::either: {
      const std::string left = operand(0), right = operand(1);
      return helper(out, {{left}, {right}});
    }
    case Operator::negation: return "not " + helper(out, {{operand(0)}});
    case Operator::equal: return compared(out, expression, "==");
    case Operator::not_equal: return compared(out, expression, "!=");
    case Operator::less: return compared(out, expression, "<");
    case Operator::greater: return compared(out, expression, ">");
    case Operator::at_most: return compared(out, expression, "<=");
    case Operator::at_least: return compared(out, expression, ">=");
    case Operator::in: return contained(out, expression);
    case Operator::not_in: return "not " + contained(out, expression);
    case Operator::exists: return helper(out, {{"value := " + value_of(out, expression.operands[0]), "value != null"}});
    case Operator::matches:
      return helper(out, {{"value := " + value_of(out, expression.operands[0]), "is_string(value)",
                           fmt::format("regex.match({}, value)", rego_value(expression.operands[1].literal))}});
    case Operator::literal:
    case Operator::number:
    case Operator::list:
    case Operator::context:
      return helper(out, {{"value := " + value_of(out, expression), "value == true"}});
  }
  return "false";
}

}  // namespace weir::policy
