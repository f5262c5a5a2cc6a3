#include "ledger/note.h"

#include <gtest/gtest.h>

namespace weir::ledger {
namespace {

// The example of the C2SP signed-note specification.
constexpr std::string_view spec_vkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view spec_note =
    "This is an example message.\n"
    "\n"
    "\xe2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// Keys of the tests of golang.org/x/mod/sumdb/note.
constexpr std::string_view peter_vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

crypto::Signer signer(char seed) { return crypto::Signer::from_seed(Bytes(32, seed)).value(); }

VerifierKey key_of(std::string name, char seed) { return {std::move(name), signer(seed).public_key()}; }

}  // namespace

TEST(Note, the_example_of_the_specification_opens) {
  const VerifierKey key = parse_vkey(spec_vkey).value();
  EXPECT_EQ(key.name, "example.com/foo");
  EXPECT_EQ(key_id_of(key), 0x530d903au);
  EXPECT_EQ(encode_vkey(key), spec_vkey);
  const auto note = open_note(spec_note, {&key, 1});
  ASSERT_TRUE(note.ok()) << note.error().message;
  EXPECT_EQ(note->text, "This is an example message.\n");
  EXPECT_EQ(encode(*note), spec_note);
}

TEST(Note, keys_of_another_implementation_parse_and_encode) {
  EXPECT_EQ(encode_vkey(parse_vkey(peter_vkey).value()), peter_vkey);
}

TEST(Note, what_is_signed_opens_with_the_key_and_with_no_other) {
  const std::string note = sign_note("first\n\nsecond\n", "a.example", signer('a'));
  const VerifierKey key = key_of("a.example", 'a');
  EXPECT_EQ(open_note(note, {&key, 1}).value().text, "first\n\nsecond\n");
  for (const VerifierKey& other : {key_of("b.example", 'a'), key_of("a.example", 'b')})
    EXPECT_EQ(open_note(note, {&other, 1}).error().code, Errc::unauthenticated);
}

TEST(Note, unknown_signatures_are_ignored_but_a_known_wrong_one_refuses_the_note) {
  const std::string text = "text\n";
  const std::vector keys{key_of("a.example", 'a'), key_of("b.example", 'b')};
  Note note{text, {sign_text(text, "w.example", signer('w')), sign_text(text, "a.example", signer('a'))}};
  EXPECT_TRUE(open_note(encode(note), keys).ok());
  note.signatures.push_back(sign_text("other\n", "b.example", signer('b')));
  EXPECT_EQ(open_note(encode(note), keys).error().code, Errc::unauthenticated);
}

TEST(Note, sixteen_and_more_signatures_are_accepted_up_to_the_bound) {
  Note note{"text\n", {}};
  for (std::size_t i = 0; i < note_signatures_max; ++i)
    note.signatures.push_back(sign_text(note.text, "w" + std::to_string(i), signer('w')));
  EXPECT_EQ(parse_note(encode(note)).value(), note);
  note.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(parse_note(encode(note)).error().code, Errc::too_large);
}

TEST(Note, no_changed_byte_is_ever_accepted_with_another_text) {
  const VerifierKey key = parse_vkey(spec_vkey).value();
  for (std::size_t at = 0; at < spec_note.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed(spec_note);
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      EXPECT_FALSE(open_note(changed, {&key, 1}).ok()) << at << " " << bit;
    }
    EXPECT_FALSE(open_note(spec_note.substr(0, at), {&key, 1}).ok()) << at;
  }
}

TEST(Note, what_is_no_note_is_refused) {
  for (const std::string_view bytes :
       {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\nno dash a.example AAAAAAAA\n",
        "text\n\n\xe2\x80\x94 a.example\n", "text\n\n\xe2\x80\x94 a.example AAAA\n",
        "text\n\n\xe2\x80\x94 a.example AAAAAAA\n", "text\n\n\xe2\x80\x94 a+b AAAAAAAA\n",
        "text\n\n\xe2\x80\x94  AAAAAAAA\n", "te\x01xt\n\n\xe2\x80\x94 a AAAAAAAA\n",
        "te\xffxt\n\n\xe2\x80\x94 a AAAAAAAA\n", "te\xc0\x80xt\n\n\xe2\x80\x94 a AAAAAAAA\n",
        "te\r\n\n\xe2\x80\x94 a AAAAAAAA\n", "text\n\n\xe2\x80\x94 a AAAAAAAA"})
    EXPECT_FALSE(parse_note(bytes).ok()) << bytes;
  EXPECT_TRUE(parse_note("text\n\n\xe2\x80\x94 a AAAAAAAA\n").ok()) << "the form that the rows above break";
  EXPECT_EQ(parse_note(std::string(note_bytes_max + 1, 'x')).error().code, Errc::too_large);
}

TEST(Note, names_with_space_plus_or_control_are_no_key_names) {
  for (const std::string_view name : {"", "a b", "a+b", "a\tb", "a\nb",
                                      "a\xc2\xa0"
                                      "b",
                                      "a\xe3\x80\x80"
                                      "b",
                                      "a\xe2\x80\xa8"
                                      "b",
                                      "\xff", "a\x7f", "a\xc2\x85"})
    EXPECT_FALSE(check_key_name(name).ok()) << name;
  for (const std::string_view name : {"a", "example.com/log", "b\xc3\xa4r.example"})
    EXPECT_TRUE(check_key_name(name).ok()) << name;
}

TEST(Note, keys_with_wrong_id_type_or_shape_are_refused) {
  for (const std::string_view text : {"", "a", "a+b", "a+00000000+",
                                      "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                                      "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                                      "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                                      "example.com/foo+530d90+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                                      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==",
                                      "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"})
    EXPECT_FALSE(parse_vkey(text).ok()) << text;
}

}  // namespace weir::ledger
