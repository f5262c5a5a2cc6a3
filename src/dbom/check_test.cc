// A signed bill of materials with one byte changed anywhere is refused, and the line that was altered is named, also by
// whoever holds the ledger's own key.
#include "dbom/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "dbom/place.h"
#include "support/dbom_story.h"

namespace weir::dbom {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::StartsWith;

struct Told {
  test::DbomStory story;
  Dbom document;
  Told() : Told(&test::DbomStory::tell) {}
  explicit Told(void (test::DbomStory::*tell)()) {
    (story.*tell)();
    document = story.compose();
  }
  Checked check(const std::string& file) const { return dbom::check(file, story.key()); }
  Checked check(Dbom altered) const { return check(story.sign(std::move(altered))); }
};

std::string said(const Checked& checked) {
  std::string all;
  for (const Fault& fault : checked.faults) all += fault.place + ": " + fault.what + "\n";
  return all;
}

auto at_place(const std::string& place) { return Contains(Field(&Fault::place, StartsWith(place))); }

// The document's own bytes changed, the envelope around them as it was.
std::string with_payload(const std::string& file, const std::string& payload) {
  auto envelope = format::decode_text<DbomEnvelope>(file).value();
  envelope.payload = encode_base64(payload);
  return format::encode(envelope);
}
std::string payload_of(const std::string& file) {
  return decode_base64(format::decode_text<DbomEnvelope>(file)->payload).value();
}

TEST(Check, a_document_as_it_was_signed_is_genuine) {
  const Told told;
  const Checked checked = told.check(told.document);
  EXPECT_TRUE(checked.genuine()) << said(checked);
  EXPECT_EQ(checked.dbom->sentence, "api runs in prod as approved.");
  EXPECT_TRUE(told.check(told.story.sign(told.document) + "\n").genuine());
}

TEST(Check, a_document_is_spelled_canonically) {
  const Told told;
  const std::string file = told.story.sign(told.document), payload = payload_of(file);
  EXPECT_EQ(dump_canonical(format::parse_json(file).value()), file);
  EXPECT_EQ(dump_canonical(format::parse_json(payload).value()), payload);
}

TEST(Check, one_byte_changed_anywhere_is_refused) {
  const Told told(&test::DbomStory::tell_little);
  const std::string file = told.story.sign(told.document);
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string altered = file;
    altered[i] = static_cast<char>(altered[i] ^ (i % 3 == 0 ? 0x01 : i % 3 == 1 ? 0x20 : 0x04));
    ASSERT_FALSE(told.check(altered).genuine()) << i << " of " << file.size();
  }
}

TEST(Check, one_byte_more_or_less_anywhere_is_refused) {
  const Told told(&test::DbomStory::tell_little);
  const std::string file = told.story.sign(told.document);
  for (std::size_t i = 0; i <= file.size(); i += 7) {
    for (const std::string_view more : {" ", "\n", "A", "="}) {
      if (i == file.size() && more == "\n") continue;  // how a text ends
      ASSERT_FALSE(told.check(file.substr(0, i) + std::string(more) + file.substr(i)).genuine()) << i;
    }
    if (i < file.size()) {
      ASSERT_FALSE(told.check(file.substr(0, i) + file.substr(i + 1)).genuine()) << i;
    }
  }
}

TEST(Check, every_byte_of_a_line_that_is_changed_names_that_line) {
  const Told told;
  const std::string file = told.story.sign(told.document), payload = payload_of(file);
  std::size_t named = 0;
  for (std::size_t i = 0; i < payload.size(); i += 3) {
    if (std::isalnum(static_cast<unsigned char>(payload[i])) == 0) continue;
    std::string altered = payload;
    altered[i] = payload[i] == 'a' ? 'b' : 'a';
    const Checked checked = told.check(with_payload(file, altered));
    ASSERT_FALSE(checked.genuine()) << i;
    // Down to the line, the entry, or the member of the head.
    std::string place = place_of(payload, i);
    place = place.substr(0, place.find(']') == place.npos ? place.npos : place.find(']') + 1);
    if (place.starts_with("predicate.components")) place = "predicate.components";
    if (!place.starts_with("predicate.wh") && !place.starts_with("predicate.how") &&
        !place.starts_with("predicate.entries") && !place.starts_with("predicate.components"))
      continue;
    const bool broken = !checked.dbom.has_value();  // true became trua, or a member another
    if (!broken) {
      ASSERT_THAT(checked.faults, at_place(place)) << i << ' ' << said(checked);
    }
    named += broken ? 0 : 1;
  }
  EXPECT_GT(named, 1500u);
}

TEST(Check, stray_bits_of_base64_are_refused) {
  const Told told;
  const std::string file = told.story.sign(told.document);
  auto envelope = format::decode_text<DbomEnvelope>(file).value();
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string& sig = envelope.signatures[0].sig;  // 64 bytes: two characters of padding
  const std::size_t last = sig.find('=') - 1;
  sig[last] = alphabet[alphabet.find(sig[last]) + 1];
  EXPECT_THAT(told.check(format::encode(envelope)).faults, at_place("signatures[0].sig"));
}

TEST(Check, another_spelling_of_the_same_document_is_refused) {
  const Told told;
  const std::string file = told.story.sign(told.document), payload = payload_of(file);
  const auto spelled = [&](std::string_view from, std::string_view to) {
    std::string other = payload;
    const std::size_t at = other.find(from);
    EXPECT_NE(at, other.npos) << from;
    return told.check(with_payload(file, other.replace(at, from.size(), to)));
  };
  EXPECT_THAT(said(spelled("\"version\":1", "\"version\":1.0")), HasSubstr("predicate.version"));
  EXPECT_THAT(said(spelled("\"version\":1", "\"version\": 1")), HasSubstr("not spelled canonically"));
  EXPECT_THAT(said(spelled("\"version\":1", "\"version\":1,\"version\":1")), HasSubstr("twice"));
  EXPECT_THAT(said(spelled("\"version\":1", "\"colour\":1,\"version\":1")),
              HasSubstr("'predicate.colour' is not a known"));
  EXPECT_THAT(said(spelled("lena", "\\u006cena")), HasSubstr("not spelled canonically"));
  EXPECT_THAT(said(spelled("sha256:", "SHA256:")), HasSubstr("must be"));
}

TEST(Check, a_foreign_key_is_refused_by_its_id) {
  const Told told;
  const std::string file = told.story.sign(told.document);
  const auto other = crypto::Signer::from_seed(std::string(32, 'x')).value();
  const Checked checked = dbom::check(file, {std::string(test::DbomStory::origin), other.public_key()});
  EXPECT_THAT(checked.faults, at_place("signatures[0].keyid"));
  EXPECT_FALSE(dbom::check(file, {"weir.test/other", told.story.signer().public_key()}).genuine());
  auto envelope = format::decode_text<DbomEnvelope>(file).value();
  envelope.signatures.push_back(envelope.signatures[0]);
  EXPECT_THAT(told.check(format::encode(envelope)).faults, at_place("signatures"));
  envelope.signatures.clear();
  EXPECT_FALSE(told.check(format::encode(envelope)).genuine());
}

// Whoever holds the ledger's key can sign anything, but can't make an entry say it.

TEST(Check, a_signed_line_that_its_entry_does_not_say_is_named) {
  const Told told;
  for (const auto section : {Section::what, Section::how, Section::where, Section::when, Section::who}) {
    Dbom document = told.document;
    for (const auto& [at, lines] : sections_of(document)) {
      if (at != section) continue;
      for (std::size_t i = 0; i < lines->size(); ++i) {
        const Line kept = (*lines)[i];
        if (kept.basis != Basis::payload) continue;
        (*lines)[i].value += " and more";
        (*lines)[i].seal = seal_of((*lines)[i]);
        const std::string place = fmt::format("predicate.{}[{}]", name_of(section), i);
        EXPECT_THAT(said(told.check(document)),
                    HasSubstr(place + ": the " + std::string(name_of(kept.kind))));
        EXPECT_THAT(said(told.check(document)), HasSubstr("'value' is not what entry"));
        (*lines)[i] = kept;
      }
    }
  }
}

TEST(Check, a_signed_line_cannot_pass_for_one_that_is_checked_less) {
  const Told told;
  Dbom document = told.document;
  Line& line = document.how[0];
  line.value = "anything";
  for (const Basis basis : {Basis::leaf, Basis::claim}) {
    line.basis = basis;
    line.seal = seal_of(line);
    EXPECT_THAT(told.check(document).faults, at_place("predicate.how[0]"));
  }
  line.basis = Basis::payload;
  line.kind = Kind::approval;
  line.seal = seal_of(line);
  EXPECT_THAT(said(told.check(document)), HasSubstr("says no such thing"));
}

TEST(Check, a_signed_entry_that_is_not_in_the_ledger_is_named) {
  const Told told;
  Dbom document = told.document;
  document.entries[2].payload = R"({"name":"prod","kind":"host","description":"another"})";
  EXPECT_THAT(said(told.check(document)), HasSubstr("predicate.entries[2].payload"));
  document = told.document;
  std::swap(document.entries[1].proof, document.entries[2].proof);
  EXPECT_THAT(said(told.check(document)), HasSubstr("is not in the ledger"));
  document = told.document;
  document.entries.pop_back();
  EXPECT_THAT(said(told.check(document)), HasSubstr("on which it rests, is not here"));
  document = told.document;
  document.sentence = "api runs in prod, all is well.";
  EXPECT_THAT(told.check(document).faults, at_place("predicate.sentence"));
}

TEST(Check, an_approval_of_another_artifact_is_refused) {
  Told told;
  const auto other =
      told.story.add(ledger::EntryType::approval_given,
                     deploy::ApprovalGiven{.artifact = crypto::sha256("evil"), .environment = "prod"});
  told.story.facts.concerns.push_back({Role::approval, {other}});
  EXPECT_THAT(said(told.check(told.story.compose())), HasSubstr("of another artifact or environment"));
}

TEST(Check, components_are_held_against_the_attested_file) {
  Told told;
  const std::string bill =
      R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a","version":"1"}]})";
  Dbom document = told.document;
  document.components->content = crypto::sha256(bill);
  document.components->items = {{"a", "", "1"}};
  document.components->total = 1;
  EXPECT_FALSE(check_components(document, bill).has_value());
  document.components->items[0].version = "2";
  EXPECT_EQ(check_components(document, bill)->place, "predicate.components.items[0]");
  EXPECT_TRUE(check_components(document, bill + " ").has_value());
}

// A released document stays genuine: its words are made again by each later version.
TEST(Check, the_kept_document_of_version_1_is_genuine) {
  const std::string folder = "test/golden/dbom/v1/";
  Told told;
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) {
    std::ofstream(folder + "dbom.json") << told.story.sign(told.document) << '\n';
    std::ofstream(folder + "vkey") << ledger::encode_vkey(told.story.key()) << '\n';
  }
  const auto content = [&](const std::string& name) {
    std::ifstream in(folder + name);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  std::string vkey = content("vkey");
  ASSERT_FALSE(vkey.empty());
  vkey.pop_back();
  const Checked checked = dbom::check(content("dbom.json"), ledger::parse_vkey(vkey).value());
  EXPECT_TRUE(checked.genuine()) << said(checked);
  EXPECT_EQ(told.story.sign(told.document) + "\n", content("dbom.json"));
}

TEST(Place, a_byte_is_told_by_its_member) {
  const std::string json = R"({"a":[1,{"b":"x\"y","c":[true]}],"d":2})";
  EXPECT_EQ(place_of(json, json.find("x")), "a[1].b");
  EXPECT_EQ(place_of(json, json.find("true")), "a[1].c[0]");
  EXPECT_EQ(place_of(json, json.find("2}")), "d");
  EXPECT_EQ(place_of("", 0), "");
}

}  // namespace
}  // namespace weir::dbom
