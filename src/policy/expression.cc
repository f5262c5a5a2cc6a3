#include "policy/expression.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "policy/rego_text.h"

namespace weir::policy {
namespace {

using format::Json;

enum class Sort { name, text, number, sign, end };
struct Token {
  Sort sort = Sort::end;
  std::string text;
  std::size_t column = 0;
};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

Error wrong_at(std::size_t column, std::string_view message) {
  return invalid(fmt::format("expression, column {}: {}", column + 1, message));
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> tokens() {
    std::vector<Token> all;
    while (true) {
      while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
      all.push_back(TRY(next()));
      if (all.back().text.size() > rego_piece_bytes_max)
        return wrong_at(all.back().column, fmt::format("a text longer than {} bytes", rego_piece_bytes_max));
      if (all.back().sort == Sort::end) return all;
      if (all.size() > limits::expression_tokens_max)
        return wrong_at(at_, fmt::format("more than {} words", limits::expression_tokens_max));
    }
  }

 private:
  Result<Token> next() {
    const std::size_t begin = at_;
    if (at_ == text_.size()) return Token{Sort::end, "", begin};
    const char c = text_[at_];
    if (c == '"' || c == '\'') return quoted(c);
    if ((c >= '0' && c <= '9') || (c == '-' && at_ + 1 < text_.size())) return word(Sort::number);
    if (is_name_char(c)) return word(Sort::name);
    for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","}) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return Token{Sort::sign, std::string(sign), begin};
    }
    return wrong_at(at_, fmt::format("'{}' does not belong here", c));
  }

  Token word(Sort sort) {
    const std::size_t begin = at_;
    ++at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return {sort, std::string(text_.substr(begin, at_ - begin)), begin};
  }

  Result<Token> quoted(char mark) {
    const std::size_t begin = at_++;
    std::string text;
    for (; at_ < text_.size() && text_[at_] != mark; ++at_) {
      // A backslash escapes the mark and itself; before anything else it stands for itself, as regexes want it.
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == mark || text_[at_ + 1] == '\\')) ++at_;
      text += text_[at_];
    }
    if (at_ == text_.size()) return wrong_at(begin, "the text does not end");
    ++at_;
    return Token{Sort::text, std::move(text), begin};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// or < and < not < comparison < value
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Expression> whole() {
    Expression expression = TRY(either());
    if (now().sort != Sort::end) return wrong_at(now().column, fmt::format("'{}' was not expected", now().text));
    return expression;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  bool is(Sort sort, std::string_view text) const { return now().sort == sort && now().text == text; }
  bool take(Sort sort, std::string_view text) {
    if (!is(sort, text)) return false;
    ++at_;
    return true;
  }
  Status expect(std::string_view sign) {
    if (!take(Sort::sign, sign)) return wrong_at(now().column, fmt::format("'{}' was expected", sign));
    return {};
  }

  Result<Expression> either() {
    Expression left = TRY(both());
    while (take(Sort::name, "or")) {
      Expression right = TRY(both());
      left = Expression{.op = Operator::either, .literal = {}, .operands = {std::move(left), std::move(right)}};
    }
    return left;
  }

  Result<Expression> both() {
    Expression left = TRY(negation());
    while (take(Sort::name, "and")) {
      Expression right = TRY(negation());
      left = Expression{.op = Operator::both, .literal = {}, .operands = {std::move(left), std::move(right)}};
    }
    return left;
  }

  Result<Expression> negation() {
    if (!take(Sort::name, "not")) return comparison();
    TRY(deeper());
    Expression inner = TRY(negation());
    --depth_;
    return Expression{.op = Operator::negation, .literal = {}, .operands = {std::move(inner)}};
  }

  std::optional<Operator> comparator() {
    struct Row {
      std::string_view sign;
      Operator op;
    };
    constexpr std::array rows{Row{"==", Operator::equal},    Row{"!=", Operator::not_equal},
                              Row{"<", Operator::less},      Row{">", Operator::greater},
                              Row{"<=", Operator::at_most},  Row{">=", Operator::at_least}};
    for (const Row& row : rows)
      if (take(Sort::sign, row.sign)) return row.op;
    if (take(Sort::name, "in")) return Operator::in;
    if (is(Sort::name, "not") && tokens_[at_ + 1].text == "in") {
      at_ += 2;
      return Operator::not_in;
    }
    return std::nullopt;
  }

  Result<Expression> comparison() {
    Expression left = TRY(value());
    const std::optional<Operator> op = comparator();
    if (!op) return left;
    Expression right = TRY(value());
    return Expression{.op = *op, .literal = {}, .operands = {std::move(left), std::move(right)}};
  }

  Result<Expression> value() {
    TRY(deeper());
    Expression found = TRY(leaf());
    --depth_;
    return found;
  }

  Result<Expression> leaf() {
    const Token token = now();
    if (take(Sort::sign, "(")) {
      Expression inner = TRY(either());
      TRY(expect(")"));
      return inner;
    }
    if (take(Sort::sign, "[")) return list();
    ++at_;
    if (token.sort == Sort::text) return Expression{.literal = Json(token.text)};
    if (token.sort == Sort::number) return number(token);
    if (token.sort == Sort::name) return named(token);
    return wrong_at(token.column, token.sort == Sort::end ? "it ends too early"
                                                          : fmt::format("'{}' was not expected", token.text));
  }

  Result<Expression> number(const Token& token) {
    auto read = format::parse_json(token.text);
    if (!read.ok() || (read->integer() == nullptr && read->real() == nullptr))
      return wrong_at(token.column, fmt::format("'{}' is no number", token.text));
    return Expression{.literal = std::move(*read)};
  }

  Result<Expression> list() {
    Expression items{.op = Operator::list, .literal = {}};
    while (!take(Sort::sign, "]")) {
      if (!items.operands.empty()) TRY(expect(","));
      items.operands.push_back(TRY(value()));
    }
    return items;
  }

  Result<Expression> named(const Token& token) {
    if (token.text == "true" || token.text == "false") return Expression{.literal = Json(token.text == "true")};
    if (token.text == "exists" || token.text == "matches") return call(token);
    Expression context{.op = Operator::context, .literal = {}};
    const std::string_view name = token.text;
    constexpr std::string_view tags = "flow.tags.";
    if (name == "flow.name" || name == "artifact.name" || name == "artifact.fingerprint" || name == "flow" ||
        name == "artifact" || name == "flow.tags") {
      const std::size_t dot = name.find('.');
      context.path.emplace_back(name.substr(0, dot));
      if (dot != name.npos) context.path.emplace_back(name.substr(dot + 1));
      return context;
    }
    if (name.starts_with(tags) && name.size() > tags.size()) {
      context.path = {"flow", "tags", std::string(name.substr(tags.size()))};
      return context;
    }
    return wrong_at(token.column, fmt::format("'{}' is not known; known: flow.name, flow.tags.KEY, artifact.name, "
                                              "artifact.fingerprint, exists(), matches()",
                                              token.text));
  }

  Result<Expression> call(const Token& token) {
    TRY(expect("("));
    Expression call{.op = token.text == "exists" ? Operator::exists : Operator::matches, .literal = {}};
    call.operands.push_back(TRY(value()));
    if (call.op == Operator::exists && call.operands[0].op != Operator::context)
      return wrong_at(token.column, "exists() is asked of a name such as flow.tags.risk");
    if (call.op == Operator::matches) {
      TRY(expect(","));
      call.operands.push_back(TRY(value()));
      if (call.operands[1].literal.string() == nullptr)
        return wrong_at(token.column, "matches() wants a text and a regular expression in quotes");
    }
    TRY(expect(")"));
    return call;
  }

  Status deeper() {
    if (++depth_ > limits::expression_depth_max)
      return wrong_at(now().column, fmt::format("nested deeper than {}", limits::expression_depth_max));
    return {};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0, depth_ = 0;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Result<Expression> parse_expression(std::string_view text) {
  if (text.size() > limits::text_bytes_max)
    return wrong_at(0, fmt::format("longer than {} bytes", limits::text_bytes_max));
  text = trimmed(text);
  if (text.starts_with("${{") && text.ends_with("}}")) text = text.substr(3, text.size() - 5);
  const std::vector<Token> tokens = TRY(Lexer(text).tokens());
  return Parser(tokens).whole();
}

}  // namespace weir::policy
