#include "ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace weir::ledger {
namespace {

constexpr std::string_view root_text = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

Checkpoint sample() {
  return {"weir.example/default", {20852163}, sha256_from_bytes(decode_base64(root_text).value()).value()};
}

crypto::Signer signer() { return crypto::Signer::from_seed(Bytes(32, 's')).value(); }

std::string text_of(std::string_view origin, std::string_view size, std::string_view root,
                    std::string_view rest = "") {
  return std::string(origin) + "\n" + std::string(size) + "\n" + std::string(root) + "\n" + std::string(rest);
}

}  // namespace

TEST(Checkpoint, has_lines_for_origin_size_and_root) {
  EXPECT_EQ(encode(sample()),
            "weir.example/default\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
  EXPECT_EQ(parse_checkpoint(encode(sample())).value(), sample());
}

TEST(Checkpoint, extension_lines_of_others_are_kept) {
  const auto parsed = parse_checkpoint(text_of("o", "1", root_text, "one\ntwo\n"));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->extensions, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(encode(*parsed), text_of("o", "1", root_text, "one\ntwo\n"));
}

TEST(Checkpoint, malformed_texts_are_refused) {
  const std::vector<std::string> texts{"",
                                       "o\n",
                                       "o\n1\n",
                                       "o\n1\n" + std::string(root_text),
                                       text_of("", "1", root_text),
                                       text_of("o", "", root_text),
                                       text_of("o", "01", root_text),
                                       text_of("o", "-1", root_text),
                                       text_of("o", "+1", root_text),
                                       text_of("o", "1 ", root_text),
                                       text_of("o", "0x1", root_text),
                                       text_of("o", "18446744073709551616", root_text),
                                       text_of("o", "9223372036854775808", root_text),
                                       text_of("o", "1", "AAAA"),
                                       text_of("o", "1", "not base64"),
                                       text_of("o", "1", ""),
                                       text_of("o", "1", root_text, "\n"),
                                       text_of("o", "1", root_text, "x"),
                                       text_of("o", "1", root_text, "x\n\n")};
  for (const std::string& text : texts) EXPECT_FALSE(parse_checkpoint(text).ok()) << text;
}

TEST(Checkpoint, signed_opens_with_its_key_only) {
  const VerifierKey key{sample().origin, signer().public_key()};
  EXPECT_EQ(open_checkpoint(sign_checkpoint(sample(), signer()), key).value(), sample());
  const VerifierKey other{sample().origin, crypto::Signer::from_seed(Bytes(32, 't')).value().public_key()};
  EXPECT_EQ(open_checkpoint(sign_checkpoint(sample(), signer()), other).error().code, Errc::unauthenticated);
}

TEST(Checkpoint, of_another_origin_is_refused_though_well_signed) {
  const VerifierKey key{"weir.example/other", signer().public_key()};
  EXPECT_EQ(open_checkpoint(sign_note(encode(sample()), key.name, signer()), key).error().code,
            Errc::invalid);
}

TEST(Checkpoint, no_changed_byte_opens) {
  const std::string note = sign_checkpoint(sample(), signer());
  const VerifierKey key{sample().origin, signer().public_key()};
  for (std::size_t at = 0; at < note.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      EXPECT_FALSE(open_checkpoint(changed, key).ok()) << at << " " << bit;
    }
  }
}

TEST(Checkpoint, an_origin_is_a_name_without_scheme_or_trailing_slash) {
  for (const std::string_view origin : {"weir.example/default", "localhost", "weir.example/a/b"})
    EXPECT_TRUE(check_origin(origin).ok()) << origin;
  for (const std::string_view origin : {"", "https://weir.example", "weir.example/", "a b", "a+b"})
    EXPECT_FALSE(check_origin(origin).ok()) << origin;
  EXPECT_EQ(check_origin(std::string(limits::name_bytes_max + 1, 'o')).error().code, Errc::too_large);
}

}  // namespace weir::ledger
