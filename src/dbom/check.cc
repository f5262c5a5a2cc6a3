#include "dbom/check.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "crypto/digest.h"
#include "dbom/line_table.h"
#include "dbom/place.h"
#include "evidence/attestation.h"
#include "evidence/recognise.h"
#include "format/dsse.h"
#include "format/json_offence.h"
#include "ledger/checkpoint.h"

namespace weir::dbom {
namespace {

struct Held {
  const ProvenEntry* entry = nullptr;
  std::optional<Witness> witness;  // where leaf and payload could be read
};

class Checker {
 public:
  explicit Checker(const ledger::VerifierKey& key) : key_(key) {}

  Checked check(std::string_view file) {
    if (const auto payload = open_envelope(file)) open_statement(*payload);
    if (checked_.dbom) check_document(*checked_.dbom);
    if (!signed_ && opened_)
      fault("signatures[0].sig",
            checked_.faults.empty() ? "the signature is not of this document, and no line of it was altered: "
                                      "its head, its checkpoint's witnesses or the signature itself was"
                                    : "the signature is not of this document");
    return std::move(checked_);
  }

 private:
  void fault(std::string place, std::string what) {
    checked_.faults.push_back({std::move(place), std::move(what)});
  }
  // In words what a line is, before what is wrong with it.
  void fault_of(const Line& line, const std::string& place, std::string_view what) {
    fault(place, fmt::format("the {} '{}': {}", name_of(line.kind), line.name, what));
  }

  // ---- spelling: one way to write each document ----

  template <class T>
  std::optional<T> read(std::string_view text, std::string_view whose) {
    auto json = format::parse_json(text);
    if (!json.ok()) {
      const auto offence = format::locate_json_offence(text);
      fault(offence ? place_of(text, offence->byte) : json.error().field, json.error().message);
      return std::nullopt;
    }
    auto record = format::decode<T>(*json);
    if (!record.ok()) {
      fault(record.error().field, record.error().message);
      return std::nullopt;
    }
    const std::string canonical = format::encode(*record);
    if (canonical != text) {
      const auto [end, other] = std::mismatch(text.begin(), text.end(), canonical.begin(), canonical.end());
      const auto byte = static_cast<std::size_t>(end - text.begin());
      fault(place_of(text, byte), fmt::format("the {} is not spelled canonically at byte {}", whose, byte));
    }
    return std::move(*record);
  }

  std::optional<Bytes> bytes_of(const std::string& base64, const std::string& place) {
    auto bytes = decode_base64(base64);
    if (bytes.ok()) return std::move(*bytes);
    fault(place, bytes.error().message);
    return std::nullopt;
  }

  std::optional<Bytes> open_envelope(std::string_view file) {
    if (file.size() > limits::blob_bytes_max) {
      fault("", fmt::format("more than {} bytes", limits::blob_bytes_max));
      return std::nullopt;
    }
    if (file.ends_with('\n')) file.remove_suffix(1);
    const auto envelope = read<DbomEnvelope>(file, "envelope");
    if (!envelope) return std::nullopt;
    if (envelope->payload_type != payload_type)
      fault("payloadType", fmt::format("it must be {}", payload_type));
    auto payload = bytes_of(envelope->payload, "payload");
    if (envelope->signatures.size() != 1) {
      fault("signatures", "there must be one signature, the ledger's");
      return payload;
    }
    const EnvelopeSignature& signature = envelope->signatures.front();
    if (signature.keyid != key_id(key_))
      fault("signatures[0].keyid", fmt::format("'{}' is not the key {}", signature.keyid, key_id(key_)));
    const auto sig = bytes_of(signature.sig, "signatures[0].sig");
    if (!payload || !sig) return payload;
    opened_ = true;
    signed_ = crypto::verify_ed25519(key_.public_key,
                                     format::dsse_signed_bytes(envelope->payload_type, *payload), *sig);
    return payload;
  }

  void open_statement(const Bytes& payload) {
    auto statement = read<DbomStatement>(payload, "document");
    if (!statement) return;
    if (statement->type != statement_type) fault("_type", fmt::format("it must be {}", statement_type));
    if (statement->predicate_type != predicate_type)
      fault("predicateType", fmt::format("it must be {}", predicate_type));
    const Dbom& dbom = statement->predicate;
    if (statement->subject.size() != 1 ||
        statement->subject[0].digest.sha256 != to_hex(dbom.artifact.digest) ||
        statement->subject[0].name != dbom.artifact.name)
      fault("subject", "the subject is not the artifact that the document is about");
    if (dbom.version != document_version)
      fault("predicate.version", fmt::format("this version reads version {}", document_version));
    checked_.dbom = std::move(statement->predicate);
  }

  // ---- what stands in the document ----

  void check_document(const Dbom& dbom) {
    check_checkpoint(dbom);
    for (std::size_t i = 0; i < dbom.entries.size(); ++i) check_entry(dbom, i);
    for (const auto& [section, lines] : sections_of(dbom))
      for (std::size_t i = 0; i < lines->size(); ++i)
        check_line((*lines)[i], section, fmt::format("predicate.{}[{}]", name_of(section), i));
    if (dbom.components) check_listing(*dbom.components);
    if (dbom.difference && dbom.difference->seal != seal_of(*dbom.difference))
      fault("predicate.difference",
            "the difference from what it replaced was altered: its seal does not fit");
    for (const ProvenEntry& entry : dbom.entries)
      if (!named_.contains(entry.index))
        fault("predicate.entries", fmt::format("no line rests on entry {}", entry.index));
    if (dbom.sentence != sentence_of(dbom))
      fault("predicate.sentence", "the sentence is not what the lines say");
    check_head(dbom);
  }

  void check_checkpoint(const Dbom& dbom) {
    if (dbom.ledger != key_.name)
      fault("predicate.ledger",
            fmt::format("'{}' is not the ledger of this key, '{}'", dbom.ledger, key_.name));
    auto checkpoint = ledger::open_checkpoint(dbom.checkpoint, key_);
    if (!checkpoint.ok()) return fault("predicate.checkpoint", checkpoint.error().message);
    checkpoint_ = std::move(*checkpoint);
  }

  void check_entry(const Dbom& dbom, std::size_t at) {
    const ProvenEntry& entry = dbom.entries[at];
    const std::string place = fmt::format("predicate.entries[{}]", at);
    if (entry.index < 0 || (at > 0 && dbom.entries[at - 1].index >= entry.index))
      fault(place + ".index", "entries are not in their order");
    Held& held = held_[entry.index];
    held.entry = &entry;
    const auto bytes = bytes_of(entry.leaf, place + ".leaf");
    if (!bytes) return;
    auto leaf = ledger::decode_leaf(*bytes);
    if (!leaf.ok()) return fault(place + ".leaf", leaf.error().message);
    if (entry.type != name_of(leaf->type))
      fault(place + ".type",
            fmt::format("the leaf of entry {} is of type {}", entry.index, name_of(leaf->type)));
    check_inclusion(entry, *bytes, place);
    if (check_opening(entry, *leaf, place))
      held.witness = Witness{entry.index, std::move(*leaf), entry.payload.value_or("")};
  }

  void check_inclusion(const ProvenEntry& entry, BytesView leaf, const std::string& place) {
    ledger::Proof proof;
    for (std::size_t i = 0; i < entry.proof.size(); ++i) {
      const auto bytes = bytes_of(entry.proof[i], fmt::format("{}.proof[{}]", place, i));
      if (!bytes) return;
      const auto hash = sha256_from_bytes(*bytes);
      if (!hash.ok()) return fault(fmt::format("{}.proof[{}]", place, i), hash.error().message);
      proof.push_back(*hash);
    }
    if (!checkpoint_) return;
    const auto included =
        ledger::check_inclusion({static_cast<std::uint64_t>(entry.index)}, checkpoint_->size,
                                ledger::leaf_hash(leaf), proof, checkpoint_->root);
    if (!included.ok())
      fault(place, fmt::format("entry {} ({}) is not in the ledger as it stands here: {}", entry.index,
                               entry.type, included.error().message));
  }

  bool check_opening(const ProvenEntry& entry, const ledger::Leaf& leaf, const std::string& place) {
    if (entry.payload.has_value() != (entry.withheld == Withheld::no)) {
      fault(place + ".withheld", "it must say why the payload is not here, and nothing when it is");
      return false;
    }
    if (!entry.payload) return true;
    const auto bytes = bytes_of(entry.salt, place + ".salt");
    if (!bytes) return false;
    const auto salt = ledger::salt_from_bytes(*bytes);
    if (salt.ok() && ledger::commitment(*salt, *entry.payload) == leaf.commitment) return true;
    fault(place + ".payload",
          fmt::format("entry {} ({}) has another payload or salt: the leaf does not commit to it",
                      entry.index, entry.type));
    return false;
  }

  void check_head(const Dbom& dbom) {
    for (const Line& line : dbom.what) {
      if (line.kind != Kind::artifact || line.basis != Basis::payload) continue;
      const DeployedArtifact said{*line.digest, line.value, line.name};
      if (said != dbom.artifact)
        fault("predicate.artifact", "it is not the artifact that its record tells of");
    }
    for (std::size_t i = 0; i < dbom.how.size(); ++i) {
      const Line& line = dbom.how[i];
      if (line.kind != Kind::approval || line.basis != Basis::payload) continue;
      if (line.name != dbom.environment || line.digest != dbom.artifact.digest)
        fault_of(line, fmt::format("predicate.how[{}]", i), "it is of another artifact or environment");
    }
    for (const Line& line : dbom.where)
      if (line.kind == Kind::environment && line.basis == Basis::payload && line.name != dbom.environment)
        fault("predicate.environment", "it is not the environment whose entry stands here");
  }

  void check_listing(const Components& components) {
    named_.insert(components.entry);
    if (components.seal != seal_of(components))
      fault("predicate.components", "the list of components was altered: its seal does not fit");
    const auto held = held_.find(components.entry);
    if (held == held_.end()) return fault("predicate.components.entry", "the entry it rests on is not here");
    if (!held->second.witness || held->second.entry->withheld != Withheld::no) return;
    const auto record = format::decode_text<evidence::AttestationRecorded>(held->second.witness->payload,
                                                                           format::Unknown::ignore);
    if (!record.ok() || record->content != components.content)
      fault("predicate.components.content", fmt::format("entry {} names another file", components.entry));
  }

  // ---- one line ----

  void check_line(const Line& line, Section section, const std::string& place) {
    if (line.seal != seal_of(line)) fault_of(line, place, "it was altered: its seal does not fit");
    std::vector<Witness> witnesses;
    bool shown = !line.entries.empty(), readable = true;
    for (const std::int64_t index : line.entries) {
      named_.insert(index);
      const auto held = held_.find(index);
      if (held == held_.end())
        return fault_of(line, place, fmt::format("entry {}, on which it rests, is not here", index));
      readable &= held->second.witness.has_value();
      shown &= held->second.entry->withheld == Withheld::no;
      if (readable) witnesses.push_back(*held->second.witness);
    }
    if ((line.basis == Basis::claim) != line.entries.empty())
      return fault_of(line, place, "a claim rests on no entry, and nothing else does");
    if (line.basis == Basis::claim) return;
    if (!readable) return fault_of(line, place, "an entry on which it rests was altered");
    check_source(line, section, place, witnesses, shown);
  }

  void check_source(const Line& line, Section section, const std::string& place,
                    std::span<const Witness> witnesses, bool shown) {
    const Ground ground{witnesses, checked_.dbom->at};
    bool known = false, computable = false;
    std::vector<Line> candidates;
    for (const LineRow& row : line_table()) {
      if (row.kind != line.kind || row.section != section || row.type != witnesses.front().leaf.type)
        continue;
      known = true;
      if (row.make == nullptr || !shown) continue;
      computable = true;
      auto made = row.make(ground);
      if (!made.ok()) return fault_of(line, place, made.error().message);
      for (Line& each : *made) candidates.push_back(std::move(each));
    }
    if (!known)
      return fault_of(
          line, place,
          fmt::format("an entry of type {} says no such thing", name_of(witnesses.front().leaf.type)));
    if ((line.basis == Basis::payload) != computable)
      return fault_of(line, place, "it says of itself that it can be checked less, or more, than it can");
    if (line.basis == Basis::payload) compare(line, place, candidates);
  }

  void compare(const Line& line, const std::string& place, std::vector<Line>& candidates) {
    std::string differing;
    for (Line& made : candidates) {
      made.basis = line.basis;
      made.entries = line.entries;
      made.kind = line.kind;
      made.seal = line.seal;
      if (made == line) return;
      if (made.name == line.name || candidates.size() == 1) differing = difference_between(made, line);
    }
    fault_of(line, place,
             fmt::format("{} is not what entry {} says", differing.empty() ? "it" : differing,
                         line.entries.front()));
  }

  static std::string difference_between(const Line& a, const Line& b) {
    std::string names;
    const auto name = [&](std::string_view member, bool same) {
      if (!same) names += fmt::format("{}'{}'", names.empty() ? "" : ", ", member);
    };
    name("at", a.at == b.at);
    name("digest", a.digest == b.digest);
    name("name", a.name == b.name);
    name("state", a.state == b.state);
    name("until", a.until == b.until);
    name("value", a.value == b.value);
    return names;
  }

  const ledger::VerifierKey& key_;
  Checked checked_;
  bool opened_ = false, signed_ = false;
  std::optional<ledger::Checkpoint> checkpoint_;
  std::map<std::int64_t, Held> held_;
  std::set<std::int64_t> named_;
};

}  // namespace

Checked check(std::string_view file, const ledger::VerifierKey& key) { return Checker(key).check(file); }

std::optional<Fault> check_components(const Dbom& dbom, BytesView bill) {
  const std::string place = "predicate.components";
  if (!dbom.components) return Fault{place, "the document lists no components"};
  if (crypto::sha256(bill) != dbom.components->content)
    return Fault{place + ".content", "the file is not the one that was attested"};
  auto components = evidence::components_of(bill);
  if (!components.ok()) return Fault{place, components.error().message};
  if (static_cast<std::int64_t>(components->size()) != dbom.components->total)
    return Fault{place + ".total", fmt::format("the file lists {}", components->size())};
  if (components->size() > dbom.components->items.size()) components->resize(dbom.components->items.size());
  for (std::size_t i = 0; i < components->size(); ++i)
    if ((*components)[i] != dbom.components->items[i])
      return Fault{fmt::format("{}.items[{}]", place, i), "the file says otherwise"};
  return std::nullopt;
}

}  // namespace weir::dbom
