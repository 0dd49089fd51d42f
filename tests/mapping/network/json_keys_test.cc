// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/json_keys.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

std::string fault(const std::string& text) {
  return tiny::message_of<ConfigError>([&] { JsonKeys(text, "c.json"); });
}

template <class Call>
std::string refusal(const Call& call) {
  return tiny::message_of<ConfigError>(call);
}

TEST(JsonKeys, GivesThePlaceOfASyntaxError) {
  EXPECT_EQ(fault("{\n  \"a\": 1,\n  \"b\" 2\n}"),
            "c.json: not valid JSON: wrong at line 3, column 7; mend the file there");
  EXPECT_TRUE(fault("").starts_with("c.json: not valid JSON"));
  EXPECT_TRUE(fault("{").starts_with("c.json: not valid JSON"));
  EXPECT_NE(fault(std::string(100'000, '[')).find("nested deeper"), std::string::npos);
  EXPECT_TRUE(fault("{\"a\": 1e999}").starts_with("c.json: not valid JSON"));
}

TEST(JsonKeys, RefusesWhatIsNoObjectOrRepeatsAKey) {
  EXPECT_EQ(fault("[]"), "c.json: array found; expected an object of \"key\": value");
  EXPECT_NE(fault("{\"a\": 1, \"a\": 2}").find("'a' appears twice"), std::string::npos);
}

TEST(JsonKeys, ReadsValuesAndTakesNullForMissing) {
  const JsonKeys keys(R"({"n": 3, "e": 1e-5, "on": true, "w": "x", "none": null, "i": 2})",
                      "c.json");
  EXPECT_EQ(keys.whole({"n"}, 0), 3);
  EXPECT_EQ(keys.whole({"none"}, 7), 7);
  EXPECT_EQ(keys.whole({"other", "n"}, 7), 3);
  EXPECT_EQ(keys.real("e", 0), 1e-5);
  EXPECT_EQ(keys.real("i", 0), 2.0);
  EXPECT_TRUE(keys.flag("on", false));
  EXPECT_EQ(keys.word({"w"}, ""), "x");
  EXPECT_EQ(keys.spelling({"other", "n"}), "n");
  EXPECT_EQ(keys.spelling({"other", "none"}), "other");
}

TEST(JsonKeys, RefusesOtherTypes) {
  const JsonKeys keys(R"({"n": 3.5, "t": "3", "huge": 18446744073709551615, "o": {}})", "c.json");
  EXPECT_EQ(refusal([&] { keys.whole({"n"}, 0); }),
            "c.json: n: '3.5' found; expected a whole number");
  EXPECT_EQ(refusal([&] { keys.whole({"t"}, 0); }),
            "c.json: t: '\"3\"' found; expected a whole number");
  EXPECT_NE(refusal([&] { keys.whole({"huge"}, 0); }).find("huge"), std::string::npos);
  EXPECT_NE(refusal([&] { keys.real("t", 0); }).find("expected a number"), std::string::npos);
  EXPECT_NE(refusal([&] { keys.flag("n", true); }).find("true or false"), std::string::npos);
  EXPECT_EQ(refusal([&] { keys.word({"o"}, ""); }), "c.json: o: object found; expected a word");
}

TEST(JsonKeys, RefusesTwoSpellingsThatDisagree) {
  const JsonKeys keys(R"({"a": 1, "b": 2, "c": 1})", "c.json");
  EXPECT_EQ(keys.whole({"a", "c"}, 0), 1);
  EXPECT_EQ(refusal([&] {
              keys.whole({"a", "b"}, 0);
            }),
            "c.json: b: '2' found; expected '1', which is given under its other name");
}

}  // namespace
}  // namespace ohm
