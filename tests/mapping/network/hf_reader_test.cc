// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using testing::HasSubstr;

const HfKeyTable kKeys{{"n_layers", {"n_layer", "num_hidden_layers"}},
                       {"d_ff", {"n_inner"}},
                       {"activation", {"activation_function"}}};

TEST(HfReader, TakesAnySpellingOfASize) {
  const JsonKeys file(R"({"num_hidden_layers": 3, "n_inner": null})", "c.json");
  const HfReader r(file, kKeys);
  EXPECT_EQ(r.size("n_layers"), 3);
  EXPECT_EQ(r.size_or("d_ff", 8), 8);
  EXPECT_EQ(r.stated_size("d_ff", 7), 7);
  EXPECT_NO_THROW(r.refuse_misspellings());
}

TEST(HfReader, RefusesWhatIsMissingAndNamesWhatIsNear) {
  const JsonKeys file(R"({"n_layr": 3})", "c.json");
  const HfReader r(file, kKeys);
  EXPECT_THAT(
      error_text<ConfigError>([&] { r.size("n_layers"); }),
      HasSubstr("c.json: n_layer: missing; expected it, as no size is guessed; did you mean "
                "'n_layr', which the file has?"));
  EXPECT_THAT(error_text<ConfigError>([&] { r.stated_size("d_ff", 0); }), HasSubstr("n_inner"));
  EXPECT_THAT(error_text<ConfigError>([&] { r.refuse_misspellings(); }),
              HasSubstr("c.json: n_layr: unknown key; did you mean 'n_layer'?"));
}

TEST(HfReader, TranslatesActivations) {
  const JsonKeys file(R"({"activation_function": "gelu_new"})", "c.json"), none("{}", "c.json");
  const std::map<std::string, std::string> words{{"gelu_new", "gelu_tanh"}, {"relu", "relu"}};
  EXPECT_EQ(HfReader(file, kKeys).activation("relu", words), "gelu_tanh");
  EXPECT_EQ(HfReader(none, kKeys).activation("relu", words), "relu");
  EXPECT_THAT(error_text<ConfigError>([&] { HfReader(none, kKeys).activation("silu", words); }),
              HasSubstr("'silu' is not in this version; expected one of: gelu_new, relu"));
}

TEST(HfReader, TakesNoSizeBelowOneForAMissingOne) {
  const JsonKeys file(R"({"num_hidden_layers": 0, "n_inner": -1})", "c.json");
  const HfReader r(file, kKeys);
  EXPECT_EQ(error_text<ConfigError>([&] { r.size("n_layers"); }),
            "c.json: num_hidden_layers: 0 found; expected at least 1");
  EXPECT_EQ(r.count("n_layers"), 0);
  for (const auto& read : {&HfReader::size_or, &HfReader::stated_size}) {
    EXPECT_EQ(error_text<ConfigError>([&] { (r.*read)("d_ff", 8); }),
              "c.json: n_inner: -1 found; expected at least 1, or null");
  }
  EXPECT_THAT(error_text<ConfigError>([&] {
                HfReader({"{}", "c.json"}, kKeys).count("d_ff");
              }),
              HasSubstr("n_inner: missing"));
}

TEST(HfReader, ReadsFlagsThatTheFamilyHas) {
  const JsonKeys file(R"({"own": true, "none": null, "other": true})", "c.json");
  const HfKeyTable keys{{"a", {"own"}}, {"b", {"none"}}, {"c", {"missing"}}};
  const HfReader r(file, keys);
  EXPECT_TRUE(r.flag("a", false));
  EXPECT_TRUE(r.flag("c", true));
  EXPECT_FALSE(r.flag("other", false));  // not in the table
  EXPECT_EQ(error_text<ConfigError>([&] { r.flag("b", false); }),
            "c.json: none: null found; expected true or false");
}

}  // namespace
}  // namespace ohm
