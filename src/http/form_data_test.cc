// Forms as uploads send them: parts are found whole, and a form that is cut or bent is refused.
#include "http/form_data.h"

#include <gtest/gtest.h>

namespace weir::http {
namespace {

constexpr std::string_view type = "multipart/form-data; boundary=xyz";
const std::string form =
    "--xyz\r\nContent-Disposition: form-data; name=\"projectName\"\r\n\r\nshop\r\n"
    "--xyz\r\ncontent-disposition: form-data; name=bom; filename=\"a; name=b.json\"\r\nContent-Type: "
    "application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n{\r\n--xy}\r\n--xyz--\r\n";

}  // namespace

TEST(FormData, parts_are_found_by_name_with_their_bytes) {
  const auto parts = parse_form_data(type, form);
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].name, "projectName");
  EXPECT_EQ((*parts)[0].bytes, "shop");
  EXPECT_EQ((*parts)[1].name, "bom");
  EXPECT_EQ((*parts)[1].bytes, "{\r\n--xy}");
  EXPECT_TRUE(
      parse_form_data("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"xyz\"", "preamble\r\n" + form).ok());
}

TEST(FormData, what_is_no_whole_form_is_refused) {
  EXPECT_FALSE(parse_form_data("application/json", form).ok());
  EXPECT_FALSE(parse_form_data("multipart/form-data", form).ok());
  EXPECT_FALSE(parse_form_data("multipart/form-data; boundary=other", form).ok());
  EXPECT_FALSE(parse_form_data(type, "--xyz\r\nContent-Disposition: form-data\r\n\r\na\r\n--xyz--").ok());
  EXPECT_FALSE(
      parse_form_data(type,
                      "--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
                      "base64\r\n\r\na\r\n--xyz--")
          .ok());
  for (std::size_t size = 0; size + 4 < form.size(); ++size)
    EXPECT_FALSE(parse_form_data(type, std::string_view(form).substr(0, size)).ok()) << size;
  std::string many;
  for (std::size_t i = 0; i <= form_parts_max; ++i)
    many += "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\na\r\n";
  EXPECT_EQ(parse_form_data(type, many + "--xyz--").error().code, Errc::too_large);
}

// However a byte is changed, a part lies within the body.
TEST(FormData, changed_bytes_never_lead_outside) {
  std::string changed = form;
  for (std::size_t at = 0; at < form.size(); ++at)
    for (const char c : {'\r', '\n', '-', '"', '\0', ';'}) {
      changed[at] = c;
      if (const auto parts = parse_form_data(type, changed); parts.ok())
        for (const FormPart& part : *parts) {
          EXPECT_GE(part.bytes.data(), changed.data());
          EXPECT_LE(part.bytes.data() + part.bytes.size(), changed.data() + changed.size());
        }
      changed[at] = form[at];
    }
}

}  // namespace weir::http
