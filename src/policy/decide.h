// Deciding. A policy is prepared once (compiled to Rego, loaded into an engine), cloned per thread, and
// evaluated for any number of input documents. `decide` evaluates every policy attached here, each in its mode,
// adds the built-in rules, applies the exceptions in force, and says when time alone may change the answer.
//
// Built in: `window` (windows and freezes, when any selects the subject) always decides; `approval` (an active
// approval here) decides when no enforced rule has anything to say, so that nothing set is never a pass. An
// exception excepts neither of the two: a window has its override, an approval is its own act. A break-glass in force
// excepts all that policies ask for, and no window. A rule that
// fails while it is evaluated is without evidence, says why, and harms no other; one that met a limit of the engine is
// tried again within a minute. Pure.
#pragma once
#include <memory>
#include <span>

#include "policy/decision.h"

namespace weir::rego {
class Input;
class Shape;
}

namespace weir::policy {

// The evaluator and how forms are compiled for it, as records name both.
std::string deciding_engine();

struct Source {
  std::string name;
  std::int64_t version = 1;
  std::string text;
  std::optional<Form> form = {};  // as recognised when there is none
  std::string engine = {};        // of the record that is decided again; else the one that runs
};

// One thread at a time; clones are independent and share what is compiled.
class Prepared {
 public:
  // Errc::invalid names field and line of the form, or module, line and column of Rego.
  static Result<Prepared> prepare(const Source& source);
  Prepared(Prepared&&) noexcept;
  Prepared& operator=(Prepared&&) noexcept;
  ~Prepared();
  Prepared clone() const;

  const std::string& name() const;
  std::int64_t version() const;
  const Sha256& digest() const;  // of the source's bytes
  const Document& document() const;
  const rego::Shape& asks() const;  // what it asks of an input document

  struct Evaluation {
    std::vector<RuleResult> rules;  // as if enforced, before exceptions
    std::vector<Warning> warnings;
  };
  Evaluation evaluate(const Input& input, std::string_view document);
  // The same of a document that the engine has read already, at least what this policy asks for: policies of one
  // decision share it. `engine` is the one whose decision this is; an older one said otherwise when to look again.
  Evaluation evaluate(const Input& input, const rego::Input& document, std::string_view engine);
  // A rule without evidence for each rule, with why: what an input comes to that the engine cannot read.
  Evaluation without_answer(const Input& input, const Error& error, std::string_view engine) const;

 private:
  struct State;
  explicit Prepared(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Attached {
  Prepared* policy = nullptr;
  Mode mode = Mode::enforce;
};

// What a decision also rests on, by version or digest.
struct Surroundings {
  std::string tzdata;
  std::optional<Sha256> advisories;
  std::string engine = {};  // of the record that is decided again; else the one that runs
};

DecisionRecord decide(std::span<const Attached> policies, const Input& input, const Surroundings& around);

// The same from a document that was written already (document_of), which is what `record.input` holds.
Result<DecisionRecord> decide_document(std::span<const Attached> policies, std::string_view document,
                                       const Surroundings& around);

// Decides a record again, from its own input. `policies` are those it names (by digest), in any order; modes
// come from the
// record, and so do the engine, tzdata and advisories it names.
struct Replay {
  DecisionRecord again;
  bool same = false;               // byte for byte
  std::string difference;          // the first member that differs: "rules[2].result: satisfied, now violated"
};
Result<Replay> replay(const DecisionRecord& record, std::span<Prepared* const> policies);
std::vector<Prepared*> pointers_to(std::vector<Prepared>& policies);

}  // namespace weir::policy
